"""The service descriptions: WSDL, XSD and the policy that says how to sign in.

deployments  what a deployment tells of itself, one row each
policies     the policy of a binding, from its deployment's row
schemas      the XSD of each namespace, from the operations and the contracts
parts        port types, bindings and ports
documents    which document answers which query
"""

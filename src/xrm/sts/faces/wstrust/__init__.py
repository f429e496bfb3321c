"""WS-Trust at a farm: SOAP in, SOAP out.

endpoint  one message: read, proven, answered; every refusal a fault
answers   envelopes of answers and faults
metadata  the WSDL that says which endpoint takes what (mex)
routes    their rows of the farm's table
"""

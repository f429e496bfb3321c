"""Endpoints: one folder each. A face translates a request into a message and back.

webapi       the Web API (OData 4.0), /api/data/v8.0 to v9.2
soap         Organization.svc (SOAP)
data2011     OrganizationData.svc (OData 2.0)
discovery    Discovery.svc (SOAP) and the global discovery service, for all organizations
web          the page people see at the root
challenging  the 401 of them all;  transport: what all say of the transport
"""

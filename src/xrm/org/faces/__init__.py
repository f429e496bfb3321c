"""Endpoints: one folder each. A face translates a request into a message and back.

webapi   the Web API (OData 4.0), /api/data/v8.0 to v9.2
web      the page people see at the root
"""

"""The SDK's proxy classes: clients of their own, kept for the session and closed by `with`.

aio, sync   OrganizationServiceProxy, DiscoveryServiceProxy, discover_authority, in both worlds;
            sync is generated from aio
"""

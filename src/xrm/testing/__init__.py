"""For tests of programs that talk to Dynamics 365: a real server inside the test process.

server   Server: started in a thread, on free ports, with throwaway data and a movable clock
plugin   the pytest plugin with the fixture `xrm_server`, installed with the package

    def test_import(xrm_server):
        with xrm_server.client(role="Salesperson") as org:
            assert org.create("leads", {"subject": "Hi", "lastname": "Doe"})
"""

from xrm.testing.server import Person, Server, Service

__all__ = ["Person", "Server", "Service"]

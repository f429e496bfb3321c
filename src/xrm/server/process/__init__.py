"""The processes of a server: listeners, lanes, one process or a supervisor and its workers.

listening    granian on sockets bound before: TLS, HTTP/1.1
jobs         work handed to other threads, and what came of it handed back
lanes        the bounded threads of long requests
turns        the one thread of those who take turns to write
single       one process from open estate to clean stop; a worker is the same
supervisor   several workers on the same sockets, started again when they fall
__main__     what a worker process runs
"""

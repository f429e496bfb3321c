"""OData 2.0 as OrganizationData.svc speaks it: read and written, without metadata of its own.

kinds     names and namespaces; navigations: relationships as properties
keys      the key of a record in a path, and as a URL has it
filter    $filter and $orderby into the query model: the lexis of version 2
skiptoken where the next page starts, written and read
values    one column's value, payload to model and back
entries   what is written: entries, feeds, links; what is read: payloads
verbose   as JSON; atom: as Atom; xmlforms: what else is XML
edmx      the $metadata document
batch     multipart/mixed: the requests of a batch, and its answer

A fault of spelling raises `ODataError`, as in version 4.
"""

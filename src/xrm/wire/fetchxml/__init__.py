"""FetchXML into the query model, and what its readers share with QueryExpression.

reading     a document into a Query: columns, filters, links and orders of its elements
paging      the attributes of `fetch` that bound a page
joining     link-entity: which tables are joined, under which alias, by which columns
filtering   filter and condition elements
elements    one element's attributes and children, as strictly as the service takes them
conditions  a condition of either language: operator, column and values into the model's
literals    one value as its column compares it
cookies     paging cookies, written and read
refusals    what a question is refused for, in the service's sentences
"""

from xrm.wire.fetchxml.reading import read_fetch

__all__ = ["read_fetch"]

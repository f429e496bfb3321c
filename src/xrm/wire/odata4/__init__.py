"""OData 4.0 as the Web API speaks it: read and written, without metadata of its own.

url         a path into segments and keys
options     the query options into what they say
filter      $filter and $orderby into the query model
collections a $filter with `in` and `any`, for services that ask about lists
matching    whether a document fits a filter, in memory
expand      $expand into names and the options inside
skiptoken   the paging cookie of a next link, written and read
values      one column's value, JSON to model and back
prefer      the Prefer header; annotations: which ones it asks for
records     rows into JSON objects, as fast as they come
errors      the error document; csdl/: the document that describes a service

A fault of spelling raises `ODataError` (OData 4.0 part 2, URL conventions; JSON format 4.0).
"""

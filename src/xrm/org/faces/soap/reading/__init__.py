"""What a request says, as the model has it.

members     members of a data contract that must be there, and what they name
values      a value to what a column holds, its type checked
entities    Entity, EntityReference, and what is related to them
queries     QueryExpression, QueryByAttribute, FetchExpression
links       the link-entities of a QueryExpression, named and joined
conditions  filters of a QueryExpression
definitions a query for definitions
parameters  a parameter of a message, by the type its declaration names
"""

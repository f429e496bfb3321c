"""Who may touch which record, and who owns it.

reach       whether one record is within the reach of a right, shares counted
lookups     Append on what refers, AppendTo on what is referred to
owners      the users and teams that may own records
ownership   the owner of a new record, and of a changed one
assignment  a new owner, for a record and what follows it
following   which records follow another that is assigned or shared
sharing     rights on one record given beside roles
granting    who may share what with whom, and what is shared with it
"""

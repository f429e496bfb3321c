// The tables the samples show: their columns, and the fields of their forms.

const RATINGS = { 1: "Hot", 2: "Warm", 3: "Cold" };

export const TABLES = {
  accounts: {
    set: "accounts",
    key: "accountid",
    title: "Accounts",
    one: "account",
    name: (row) => row.name,
    order: "name,accountid",
    columns: [
      { name: "name", label: "Name" },
      { name: "address1_city", label: "City" },
      { name: "telephone1", label: "Phone", short: true },
      { name: "customertypecode", label: "Relationship", short: true },
      { name: "revenue", label: "Revenue", short: true, number: true },
    ],
    fields: [
      { name: "name", label: "Name", required: true, maximum: 160 },
      { name: "telephone1", label: "Phone", type: "tel", maximum: 50 },
      { name: "address1_city", label: "City", maximum: 80 },
      { name: "websiteurl", label: "Website", type: "url", maximum: 200 },
    ],
  },
  leads: {
    set: "leads",
    key: "leadid",
    title: "Leads",
    one: "lead",
    name: (row) => row.fullname || row.subject,
    order: "fullname,leadid",
    columns: [
      { name: "fullname", label: "Name" },
      { name: "subject", label: "Topic" },
      { name: "companyname", label: "Company" },
      { name: "leadqualitycode", label: "Rating", short: true },
      { name: "createdon", label: "Created", short: true },
    ],
    fields: [
      { name: "subject", label: "Topic", required: true, maximum: 300 },
      { name: "firstname", label: "First name", maximum: 50 },
      { name: "lastname", label: "Last name", required: true, maximum: 50 },
      { name: "companyname", label: "Company", maximum: 100 },
      { name: "emailaddress1", label: "Email", type: "email", maximum: 100 },
      { name: "leadqualitycode", label: "Rating", choices: RATINGS },
    ],
  },
};

/** Return the columns a page of a table needs: those shown and those edited. */
export function selected(table) {
  return [...new Set([...table.columns, ...table.fields].map((column) => column.name))];
}

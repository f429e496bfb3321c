// Every name below localhost is this machine, whatever its resolver says (RFC 6761 6.3).
const dns = require("node:dns");

const asked = dns.lookup;
const below = (name) => typeof name === "string" && /\.localhost\.?$/i.test(name);

dns.lookup = function lookup(name, options, callback) {
  return asked.call(dns, below(name) ? "127.0.0.1" : name, options, callback);
};

const promised = dns.promises.lookup;
dns.promises.lookup = (name, options) =>
  promised.call(dns.promises, below(name) ? "127.0.0.1" : name, options);

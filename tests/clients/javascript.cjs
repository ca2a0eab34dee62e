// Carry out one operation with the AWS SDK for JavaScript, and print the result: node javascript.cjs OPERATION REQUEST
"use strict";

// A CommonJS module, because only those find packages by NODE_PATH.
const sdk = require("@aws-sdk/client-sagemaker");

async function call(operation, request) {
  const client = new sdk.SageMakerClient();
  const paginate = sdk[`paginate${operation}`];
  if (!paginate) {
    return client.send(new sdk[`${operation}Command`](request));
  }
  const all = {};
  for await (const page of paginate({ client }, request)) {
    for (const [member, items] of Object.entries(page).filter(([, value]) => Array.isArray(value))) {
      all[member] = (all[member] ?? []).concat(items);
    }
  }
  return all;
}

const [operation, text] = process.argv.slice(2);
const request = JSON.parse(text, (member, value) => (/Time(After|Before)$/.test(member) ? new Date(value) : value));
call(operation, request).then(
  ({ $metadata, ...response }) => console.log(JSON.stringify({ response })),
  (error) => {
    // An exception of the SDK itself is a failure of this script.
    if (!(error instanceof sdk.SageMakerServiceException)) throw error;
    console.log(JSON.stringify({ error: { code: error.name, message: error.message } }));
  },
);

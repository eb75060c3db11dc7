"""The published contract: schemas, topics, problem codes, AsyncAPI, OpenAPI, examples. Files only, no code."""

// The reference is drawn from the document that intake serves itself, so it can't say anything else.
Redoc.init("v1/schemas/openapi.yaml", { hideLoading: true, disableSearch: false, sortOperationsAlphabetically: false },
  document.getElementById("reference"));

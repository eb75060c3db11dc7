// The reference is drawn from the document that this door serves itself, so it can't say anything else.
const place = document.getElementById("reference");
Redoc.init(place.dataset.document, { hideLoading: true, disableSearch: false, sortOperationsAlphabetically: false }, place);

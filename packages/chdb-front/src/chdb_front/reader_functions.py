"""Which functions, table functions and formats a read-only account may use: a list of what is allowed, by category and name.

A category or a function that isn't here, such as one of a later engine, is refused: files, addresses, dictionaries of
others, users, the environment and text run as SQL are reached by functions that nobody thought of.
"""

from __future__ import annotations

from chdb_front.catalogue import Catalogue
from chdb_front.errors import ACCESS_DENIED, UNKNOWN_FORMAT, refused

_CATEGORIES = frozenset(
    {
        "Arithmetic", "Arrays", "Bit", "Bitmap", "Comparison", "Conditional", "Dates and Times", "Dictionary", "Distance",
        "Encoding", "Encryption", "Financial", "Geo", "Geo Polygon", "Hash", "IP Address", "JSON", "Logical", "Map",
        "Mathematical", "Null", "NumericIndexedVector", "QBit", "Random Number", "Rounding", "String", "String Replacement",
        "String Search", "String Splitting", "Time Series", "Time Window", "Tuple", "Type Conversion", "URL", "UUID",
    }
)  # fmt: skip
# Of the categories "Other" and "Internal", and what the parser itself makes of operators.
_NAMES = frozenset(
    {
        "array", "bar", "blocknumber", "blocksize", "bytesize", "casewithexpression", "countdigits", "currentdatabase",
        "currentschemas", "currentuser", "defaultvalueofargumenttype", "defaultvalueoftypename", "digits", "displayname",
        "dumpcolumnstructure", "errorcodetoname", "exists", "finalizeaggregation", "formatquery", "formatqueryornull",
        "formatquerysingleline", "formatquerysinglelineornull", "formatreadabledecimalsize", "formatreadablequantity",
        "formatreadablesize", "formatreadabletimedelta", "getsetting", "getsettingordefault", "getsizeofenumtype",
        "getsubcolumn", "grouping", "identity", "ignore", "in", "globalin", "globalinignoreset", "globalnotin",
        "globalnotinignoreset", "globalnotnullin", "globalnotnullinignoreset", "globalnullin", "globalnullinignoreset",
        "ignoreset", "indexhint", "inignoreset", "initializeaggregation", "isconstant", "isdecimaloverflow", "lambda",
        "lowcardinalityindices", "lowcardinalitykeys", "materialize", "minsamplesizecontinuous", "minsamplesizeconversion",
        "neighbor", "normalizedqueryhash", "normalizedqueryhashkeepnames", "normalizequery", "normalizequerykeepnames", "notin",
        "notinignoreset", "notnullin", "notnullinignoreset", "nullin", "nullinignoreset", "parsereadablesize",
        "parseiso8601duration", "parsereadablesizeornull", "parsereadablesizeorzero", "parsetimedelta", "queryid", "revision",
        "rownumberinallblocks", "rownumberinblock", "runningaccumulate", "runningconcurrency", "runningdifference",
        "runningdifferencestartingwithfirstvalue", "sleep", "sleepeachrow", "throwif", "tocolumntypename", "totypename",
        "transform", "tuple", "untuple", "uptime", "variantelement", "varianttype", "version", "visiblewidth",
    }
)  # fmt: skip
# Without those that take the structure of a table as a text (`null`, `generateRandom`): an ALIAS in it is SQL that is run.
TABLE_FUNCTIONS = frozenset(
    {
        "numbers", "numbers_mt", "zeros", "zeros_mt", "primes", "generateseries", "generate_series", "values",
        "sqlstandardvalues", "view", "viewexplain",
    }
)  # fmt: skip

_WITH_NAMES = ("", "withnames", "withnamesandtypes")
# Formats that are wholly described by their name. Left out: those that take a template, a schema, a pattern or an address
# from elsewhere (Template, Regexp, Protobuf, CapnProto, AvroConfluent, CustomSeparated), those that write a wire protocol.
INPUT_FORMATS = frozenset(
    {
        *(
            f"{name}{names}"
            for name in ("tabseparated", "tsv", "tabseparatedraw", "tsvraw", "raw", "csv", "rowbinary", "jsoncompacteachrow",
                         "jsoncompactstringseachrow")
            for names in _WITH_NAMES
        ),
        "arrow", "arrowstream", "avro", "bsoneachrow", "json", "jsoncolumns", "jsoncompact", "jsoncompactcolumns", "jsoneachrow",
        "jsonl", "jsonlines", "jsonstringseachrow", "lineasstring", "msgpack", "native", "ndjson", "orc", "parquet", "rawblob",
        "tskv",
    }
)  # fmt: skip
OUTPUT_FORMATS = INPUT_FORMATS | frozenset(
    {
        f"{name}{ending}"
        for name in ("pretty", "prettycompact", "prettyspace")
        for ending in ("", "noescapes", "monoblock", "noescapesmonoblock")
    }
    | {
        "geojson", "hash", "jsoncolumnswithmetadata", "jsoncompactcolumns", "jsoncompacteachrowwithprogress",
        "jsoncompactstrings", "jsoncompactstringseachrowwithprogress", "jsoneachrowwithprogress", "jsonobjecteachrow",
        "jsonstrings", "jsonstringseachrowwithprogress", "lineasstringwithnames", "lineasstringwithnamesandtypes", "markdown",
        "md", "npy", "null", "prettyjsoneachrow", "prettyjsonlines", "prettyndjson", "prometheus", "sqlinsert", "values",
        "vertical", "xml",
    }
)  # fmt: skip


def is_allowed_function(name: str, catalogue: Catalogue) -> bool:
    """True if the function only computes. A name stands for every function that it could mean, whatever its case."""
    found = catalogue.functions.get(name.lower())
    if found is None:
        return name.lower() in _NAMES or catalogue.is_aggregate(name)
    return all(category in _CATEGORIES or target in _NAMES for category, target in found)


def is_refused_by_name(name: str, catalogue: Catalogue) -> bool:
    """True if there is such a plain function and it is not allowed: `arrayMap(file, ...)` calls it by its name alone."""
    return name.lower() in catalogue.functions and not is_allowed_function(name, catalogue)


def check_output_format(name: str) -> None:
    """Raises QueryError 73 for a format that this account may not ask for; case does not matter, as in the engine."""
    if name.lower() not in OUTPUT_FORMATS:
        raise refused(UNKNOWN_FORMAT, f"This account may not use the format {name}")


def check_input_format(name: str) -> None:
    """The same for the data of an external table."""
    if name.lower() not in INPUT_FORMATS:
        raise refused(UNKNOWN_FORMAT, f"This account may not send data in the format {name}")


def check_function(name: str, catalogue: Catalogue) -> None:
    """Raises QueryError 497 for a function that is unknown or does more than compute."""
    if not is_allowed_function(name, catalogue):
        raise refused(ACCESS_DENIED, f"There is no function {name}, or this account may not use it")

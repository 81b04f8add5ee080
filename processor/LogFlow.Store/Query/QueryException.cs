namespace LogFlow.Store;

/// <summary>A request that the store refuses, in the form of an Elasticsearch error.</summary>
internal sealed class QueryException(string type, string reason, int status = 400) : Exception(reason)
{
    public string Type { get; } = type;

    public int Status { get; } = status;

    public static QueryException Parsing(string reason) => new("parsing_exception", reason);

    public static QueryException Unsupported(string what) =>
        new("illegal_argument_exception", what + " is not supported by the LogFlow store");
}

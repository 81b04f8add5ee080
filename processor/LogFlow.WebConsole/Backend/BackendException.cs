namespace LogFlow.WebConsole;

/// <summary>Why there is no answer, in the form that the page shows.</summary>
internal sealed class BackendException(int status, string code, string message, int? column = null)
    : Exception(message)
{
    /// <summary>The HTTP status of our own answer.</summary>
    public int Status { get; } = status;

    /// <summary>What kind of trouble: "query", "unreachable", "refused", "bad_request".</summary>
    public string Code { get; } = code;

    /// <summary>Where in the query it stands, from 0; null: nowhere in particular.</summary>
    public int? Column { get; } = column;

    /// <summary>The page asked for something that makes no sense.</summary>
    public static BackendException BadRequest(string message) => new(400, "bad_request", message);
}

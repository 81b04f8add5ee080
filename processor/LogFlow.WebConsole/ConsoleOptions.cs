using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>What a console shows, and whom it asks.</summary>
public sealed record ConsoleOptions
{
    /// <summary>
    /// The address of the store or Elasticsearch, user and password included; null while it is not known.
    /// </summary>
    public required Func<Uri?> Backend { get; init; }

    /// <summary>
    /// How its server is reached; null: as .NET does without being told. It is disposed with the console.
    /// </summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>Adds what the server knows this console by to a request; null: nothing.</summary>
    public Action<HttpRequestMessage>? Prepare { get; init; }

    /// <summary>
    /// Whether the browser's own login goes on to the server, which says then what it may see. For a console that asks
    /// for the logins of that server itself.
    /// </summary>
    public bool PassesLogins { get; init; }

    /// <summary>What is searched where the page's address names nothing else.</summary>
    public string Index { get; init; } = "logs-*";

    /// <summary>What stands behind the store in this process; null where the console is alone.</summary>
    public IPipelineSource? Pipeline { get; init; }

    /// <summary>The dead letters of this process; null where the console is alone.</summary>
    public IDeadLetterBox? DeadLetters { get; init; }

    /// <summary>
    /// What this process runs with: <c>entries</c>, each with <c>key</c>, <c>value</c> (secrets masked), <c>origin</c>
    /// and <c>isDefault</c>; null where the console is alone.
    /// </summary>
    public Func<JsonObject>? Config { get; init; }

    /// <summary>Tries lines with this process's filters; null where the console is alone.</summary>
    public IPipelineTrial? Trial { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

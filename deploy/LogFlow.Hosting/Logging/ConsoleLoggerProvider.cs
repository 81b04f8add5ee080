using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>
/// Makes loggers that write to one <see cref="LogWriter"/>; categories are shortened to the part's name.
/// </summary>
public sealed class ConsoleLoggerProvider(LogWriter writer) : ILoggerProvider
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new ConsoleLogger(PartOf(categoryName), writer);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>"LogFlow.Queue.Storage.LogManager" is "queue"; what is not ours keeps its last word.</summary>
    private static string PartOf(string category)
    {
        var words = category.Split('.');
        return words is ["LogFlow", var part, ..] ? part.ToLowerInvariant() : words[^1];
    }
}

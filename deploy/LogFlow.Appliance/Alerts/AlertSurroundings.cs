using System.Globalization;

namespace LogFlow.Appliance;

/// <summary>What alerts know of the process that they run in.</summary>
internal sealed record AlertSurroundings
{
    /// <summary>Whether the store can be asked yet.</summary>
    public required Func<bool> IsReady { get; init; }

    /// <summary>Whether lines are on their way from files or the queue to the store.</summary>
    public required Func<bool> IsBehind { get; init; }

    /// <summary>The console's address as people reach it, without a slash at the end.</summary>
    public required Func<string> Console { get; init; }

    /// <summary>Puts what an evaluation has found into words for others.</summary>
    /// <param name="rule">The alert.</param>
    /// <param name="count">What was found.</param>
    /// <param name="state">firing, resolved or test.</param>
    /// <param name="since">Since when it is so.</param>
    /// <param name="due">When the evaluation was due.</param>
    public AlertNotification Notify(
        AlertRule rule, AlertCount count, string state, DateTimeOffset since, DateTimeOffset due) => new()
        {
            Id = string.Create(
                CultureInfo.InvariantCulture, $"{rule.Name}/{state}/{due.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}"),
            Name = rule.Name,
            State = state,
            Count = count.Count,
            Condition = rule.Condition,
            Query = rule.Query,
            Index = rule.Index,
            From = count.From,
            To = count.To,
            Since = since,
            Host = Environment.MachineName,
            Link = $"{Console()}/?q={Uri.EscapeDataString(rule.Query)}&t={Range(count)}"
                + $"&i={Uri.EscapeDataString(rule.Index)}",
            Lines = count.Lines,
        };

    private static string Range(AlertCount count) =>
        $"{SearchRequestBody.Time(count.From)}/{SearchRequestBody.Time(count.To)}";
}

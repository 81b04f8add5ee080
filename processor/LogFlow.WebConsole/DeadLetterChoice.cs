using System.Globalization;
using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>Which dead letters are meant; what is null does not matter.</summary>
/// <param name="Topic">The topic that the record was read from.</param>
/// <param name="Stage">decode, filter or output.</param>
/// <param name="Plugin">The plugin that refused it.</param>
/// <param name="Reason">The whole reason.</param>
/// <param name="Partition">The partition that the record was read from.</param>
/// <param name="Offset">Its offset there.</param>
/// <param name="Until">Given up no later than then: what the page has not shown is not meant.</param>
public sealed record DeadLetterChoice(
    string Topic, string? Stage, string? Plugin, string? Reason, int? Partition, long? Offset, DateTimeOffset? Until)
{
    /// <summary>Reads what a page sent.</summary>
    internal static DeadLetterChoice Read(JsonObject state)
    {
        var until = PageJson.Text(state, "until");
        DateTimeOffset? latest = until is null ? null
            : DateTimeOffset.TryParse(until, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : throw BackendException.BadRequest($"[until] is no time: '{until}'");
        return new DeadLetterChoice(
            PageJson.Text(state, "topic") is { Length: > 0 } topic
                ? topic
                : throw BackendException.BadRequest("[topic] is missing"),
            PageJson.Text(state, "stage"),
            PageJson.Text(state, "plugin"),
            PageJson.Text(state, "reason"),
            state["partition"] is JsonValue partition && partition.TryGetValue(out int number) ? number : null,
            state["offset"] is JsonValue offset && offset.TryGetValue(out long place) ? place : null,
            latest);
    }
}

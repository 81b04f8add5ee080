using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>
/// Where a live page stands; the browser keeps it and sends it back, the console remembers no reader. Lines are counted
/// from a base in the order of arrival, which moves along behind: what lies before it is settled and counted once.
/// </summary>
/// <param name="Field">
/// <c>_seq_no</c> of our store, which has one order of arrival; else <c>event.ingested</c>, or <c>@timestamp</c> where
/// no line has that.
/// </param>
/// <param name="Base">What is counted comes after it: a number of arrival, or milliseconds.</param>
/// <param name="Settled">
/// Lines up to the base, counted since the page began. Below zero at first: what lay behind the base when the page
/// began was not sent to it.
/// </param>
/// <param name="Mark">The next base.</param>
/// <param name="MarkedMs">When the mark was set, in milliseconds of Unix time.</param>
internal sealed record LiveCursor(string Field, long Base, long Settled, long Mark, long MarkedMs)
{
    /// <summary>The field of our store's order of arrival.</summary>
    public const string Arrival = "_seq_no";

    private static readonly string[] Fields = [Arrival, "event.ingested", "@timestamp"];

    /// <summary>Reads what the page sent back; null: it begins.</summary>
    /// <exception cref="BackendException">It is no cursor.</exception>
    public static LiveCursor? Read(JsonNode? node)
    {
        if (node is null)
        {
            return null;
        }

        return node is JsonObject found
            && PageJson.Text(found, "field") is { } field && Fields.Contains(field)
            && Number(found, "base") is { } first && Number(found, "settled") is { } settled
            && Number(found, "mark") is { } mark && Number(found, "marked") is { } marked
            ? new LiveCursor(field, first, settled, mark, marked)
            : throw BackendException.BadRequest("[cursor] is none of this console's");
    }

    /// <summary>As the page keeps it.</summary>
    public JsonObject ToJson() => new()
    {
        ["field"] = Field,
        ["base"] = Base,
        ["settled"] = Settled,
        ["mark"] = Mark,
        ["marked"] = MarkedMs,
    };

    /// <summary>What came after a place, up to another.</summary>
    public JsonObject Between(long after, long? upTo = null)
    {
        var bounds = new JsonObject { ["gt"] = Bound(after) };
        if (upTo is { } last)
        {
            bounds["lte"] = Bound(last);
        }

        return Es.Of("range", Field, bounds);
    }

    private static long? Number(JsonObject parent, string name) =>
        parent[name] is JsonValue value && value.TryGetValue(out long number) ? number : null;

    private JsonValue Bound(long value) => Field == Arrival
        ? JsonValue.Create(value)
        : JsonValue.Create(Es.Time(DateTimeOffset.FromUnixTimeMilliseconds(
            Math.Clamp(value, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()))));
}

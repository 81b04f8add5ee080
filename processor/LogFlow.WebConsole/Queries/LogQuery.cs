using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>What the page is looking at: its address (<c>q</c>, <c>f</c>, <c>t</c>, <c>i</c>) as a query.</summary>
internal sealed record LogQuery
{
    private const int TextLengthMax = 20_000;

    /// <summary>The text of the query bar.</summary>
    public string Text { get; init; } = "";

    /// <summary>The pills: <c>field:value</c>, <c>-field:value</c>; <c>field:*</c> for any value.</summary>
    public IReadOnlyList<Pill> Pills { get; init; } = [];

    /// <summary>The time.</summary>
    public required TimeRange Range { get; init; }

    /// <summary>Which indices.</summary>
    public required string Index { get; init; }

    /// <summary>Reads the state that the page sends.</summary>
    /// <exception cref="BackendException">It makes no sense.</exception>
    public static LogQuery Parse(JsonObject state, string index, DateTimeOffset now)
    {
        var text = PageJson.Text(state, "q") ?? "";
        return text.Length > TextLengthMax
            ? throw BackendException.BadRequest($"the query is longer than {TextLengthMax} characters")
            : new LogQuery
            {
                Text = text.Trim(),
                Pills = [.. PageJson.Texts(state, "f").Select(Pill.Parse).OfType<Pill>()],
                Range = TimeRange.Parse(PageJson.Text(state, "t") ?? "15m", now),
                Index = PageJson.Text(state, "i") is { Length: > 0 } named ? named : index,
            };
    }

    /// <summary>The whole as one query.</summary>
    /// <param name="extra">A condition more.</param>
    /// <param name="hasRange">Whether the time counts.</param>
    public JsonObject ToQuery(JsonObject? extra = null, bool hasRange = true)
    {
        var filters = new List<JsonObject>();
        if (Text.Length > 0)
        {
            filters.Add(Es.Text(Text));
        }

        if (hasRange)
        {
            filters.Add(Es.Between(Range.From, Range.To));
        }

        if (extra is not null)
        {
            filters.Add(extra);
        }

        filters.AddRange(Pills.Where(static pill => !pill.IsExcluded).Select(static pill => pill.ToQuery()));
        return Es.All(filters, Pills.Where(static pill => pill.IsExcluded).Select(static pill => pill.ToQuery()));
    }
}

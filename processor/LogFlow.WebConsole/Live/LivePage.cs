using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>
/// What has arrived since a page last asked: the newest lines, and how many there were in all since it began, so that
/// the page knows what it has not shown. One answer costs one search however much has arrived: lines that are not
/// fetched are counted. The base lies so far back that what a server which was killed numbers anew, or shows late,
/// still falls behind it, and is counted once.
/// </summary>
internal sealed class LivePage(SearchBackend backend, TimeProvider time)
{
    private const int SizeUsual = 100;
    private const int SizeMax = 1000;
    private const int EarlierCount = 30;

    /// <summary>Arrivals that a store which was killed may number again.</summary>
    private const long ArrivalsAgain = 20_000;

    /// <summary>How long after its arrival a line may show, and a killed store's last lines may come again.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(60);

    /// <summary>The next answer; the first has the lines just before, which are not counted.</summary>
    public async Task<JsonObject> RunAsync(LogQuery query, JsonObject state, CancellationToken cancellationToken)
    {
        if (LiveCursor.Read(state["cursor"]) is { } cursor)
        {
            var known = state["known"] is JsonValue value && value.TryGetValue(out long counted) ? counted : 0;
            return await NextAsync(
                query, state, cursor, PageJson.Number(state, "size", SizeUsual, SizeMax), known, cancellationToken);
        }

        return await BeginAsync(query, state, cancellationToken);
    }

    private async Task<JsonObject> BeginAsync(LogQuery query, JsonObject state, CancellationToken cancellationToken)
    {
        var field = await FindFieldAsync(query.Index, cancellationToken);
        var first = await PlaceAsync(field, query.Index, cancellationToken);
        var back = field == LiveCursor.Arrival ? ArrivalsAgain : (long)Settling.TotalMilliseconds;
        var cursor = new LiveCursor(field, Math.Max(-1, first - back), 0, first, NowMs());
        var answer = await NextAsync(query, state, cursor, EarlierCount, long.MinValue, cancellationToken);
        cursor = cursor with { Settled = -answer["total"]!.GetValue<long>() };
        answer["cursor"] = cursor.ToJson();
        answer["total"] = 0;
        var rows = answer["rows"]!.AsArray();
        if (rows.Count < EarlierCount)
        {
            answer["rows"] = await WithEarlierAsync(query, state, cursor, first, rows, cancellationToken);
        }

        return answer;
    }

    /// <summary>
    /// Nothing has come lately: the last lines there are go before, so that the page is not bare. None of those that
    /// have come since the page began: they are counted, and come with the next answer.
    /// </summary>
    private async Task<JsonArray> WithEarlierAsync(
        LogQuery query, JsonObject state, LiveCursor cursor, long first, JsonArray rows,
        CancellationToken cancellationToken)
    {
        var before = Es.All([], [cursor.Between(first)]);
        var last = await backend.SearchAsync(
            query.Index, Body(query.ToQuery(before, hasRange: false), state, cursor.Field, EarlierCount),
            cancellationToken);
        var known = rows.Select(static row => $"{row!["id"]}").ToHashSet(StringComparer.Ordinal);
        var earlier = await RowsAsync(query, last, known, EarlierCount - rows.Count, cancellationToken);
        return [.. earlier.Concat(rows).Select(static row => row!.DeepClone())];
    }

    private async Task<JsonObject> NextAsync(
        LogQuery query, JsonObject state, LiveCursor cursor, int size, long known, CancellationToken cancellationToken)
    {
        cursor = await MoveAsync(query, cursor, cancellationToken);
        var body = Body(
            query.ToQuery(cursor.Between(cursor.Base), hasRange: false), state, cursor.Field, size);
        body["track_total_hits"] = true;
        var answer = await backend.SearchAsync(query.Index, body, cancellationToken);
        var total = cursor.Settled + answer["hits"]!["total"]!["value"]!.GetValue<long>();
        var seen = PageJson.Texts(state, "seen").ToHashSet(StringComparer.Ordinal);
        return new JsonObject
        {
            // The base lies behind the page's beginning: no more are new than the count says.
            ["rows"] = await RowsAsync(
                query, answer, seen, (int)Int128.Clamp((Int128)total - known, 0, SizeMax), cancellationToken),
            ["total"] = total,
            ["took"] = answer["took"]!.DeepClone(),
            ["partial"] = SearchPage.Partial(answer),
            ["cursor"] = cursor.ToJson(),
        };
    }

    /// <summary>Once a while the base moves to the mark: what lies between is counted and asked for no more.</summary>
    private async Task<LiveCursor> MoveAsync(LogQuery query, LiveCursor cursor, CancellationToken cancellationToken)
    {
        if (NowMs() - cursor.MarkedMs < Settling.TotalMilliseconds)
        {
            return cursor;
        }

        var between = query.ToQuery(cursor.Between(cursor.Base, cursor.Mark), hasRange: false);
        return cursor with
        {
            Base = Math.Max(cursor.Base, cursor.Mark),
            Settled = cursor.Settled + (cursor.Mark > cursor.Base
                ? await backend.CountAsync(query.Index, between, cancellationToken)
                : 0),
            Mark = await PlaceAsync(cursor.Field, query.Index, cancellationToken),
            MarkedMs = NowMs(),
        };
    }

    /// <summary>The newest, oldest first, without those that the page has.</summary>
    private async Task<JsonArray> RowsAsync(
        LogQuery query, JsonObject answer, HashSet<string> seen, int count, CancellationToken cancellationToken)
    {
        var hits = answer["hits"]!["hits"]!.AsArray()
            .Where(hit => !seen.Contains($"{hit!["_id"]}"))
            .Take(count)
            .Reverse()
            .Select(static hit => hit!.DeepClone());
        return await new SearchPage(backend).RowsAsync(query.Index, new JsonArray([.. hits]), cancellationToken);
    }

    private static JsonObject Body(JsonObject query, JsonObject state, string field, int size) => new()
    {
        ["size"] = size,
        ["_source"] = RowWriter.Source(PageJson.Texts(state, "c")),
        ["query"] = query,
        ["sort"] = field == LiveCursor.Arrival
            ? new JsonArray(Es.Arrival("desc"))
            : new JsonArray(Es.Sort(field, "desc"), Es.Arrival("desc")),
    };

    private async Task<string> FindFieldAsync(string index, CancellationToken cancellationToken)
    {
        if (SearchBackend.IsOwnStore(await backend.RootAsync(cancellationToken)))
        {
            return LiveCursor.Arrival;
        }

        var known = await backend.FieldsAsync(index, cancellationToken);
        return known["fields"]?["event.ingested"] is null ? "@timestamp" : "event.ingested";
    }

    /// <summary>The last place in the order of arrival: whatever is searched for.</summary>
    private async Task<long> PlaceAsync(string field, string index, CancellationToken cancellationToken)
    {
        if (field != LiveCursor.Arrival)
        {
            return NowMs();
        }

        var answer = await backend.SearchAsync(
            index,
            new JsonObject
            {
                ["size"] = 1,
                ["track_total_hits"] = false,
                ["_source"] = false,
                ["sort"] = new JsonArray(Es.Arrival("desc")),
            },
            cancellationToken);
        return answer["hits"]!["hits"]!.AsArray() is [{ } last, ..] ? last["sort"]![0]!.GetValue<long>() : -1;
    }

    private long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}

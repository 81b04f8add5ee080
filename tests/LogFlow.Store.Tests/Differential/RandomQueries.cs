using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace LogFlow.Store.Tests;

/// <summary>Searches of everything that the store supports, at random.</summary>
internal sealed class RandomQueries(Random random, RandomDocuments documents)
{
    private static readonly string[] Keywords = ["host.name", "log.level", "tags", "labels.env", "items.name",
        "nowhere"];
    private static readonly string[] Numbers =
        ["http.response.status_code", "duration", "log.offset", "items.count", "sizes", "dotted.key"];

    public JsonObject Search()
    {
        var search = new JsonObject
        {
            ["query"] = Query(3),
            ["size"] = random.Next(4) == 0 ? 0 : random.Next(1, 60),
            ["sort"] = Sort(),
            ["track_total_hits"] = true,
        };
        if (random.Next(4) == 0)
        {
            search["from"] = random.Next(30);
        }

        if (random.Next(2) == 0)
        {
            search["aggs"] = Aggregations(2);
        }

        return search;
    }

    private JsonArray Sort()
    {
        var time = new JsonObject { ["@timestamp"] = Pick(["asc", "desc"]) };
        switch (random.Next(6))
        {
            case 0:
                return new JsonArray(
                    new JsonObject
                    {
                        [Pick(["host.name", "log.level", "duration", "http.response.status_code", "load", "sizes",
                            "source.ip"])] =
                            new JsonObject
                            {
                                ["order"] = Pick(["asc", "desc"]),
                                ["missing"] = Pick(["_last", "_first"]),
                            },
                    },
                    time);
            case 1:
                return new JsonArray(time, new JsonObject { ["_doc"] = Pick(["asc", "desc"]) });
            case 2:
                return new JsonArray(new JsonObject { ["host.name"] = "desc" }, time);
            default:
                return new JsonArray(time);
        }
    }

    public JsonObject Query(int depth)
    {
        if (depth > 0 && random.Next(3) == 0)
        {
            return Bool(depth);
        }

        switch (random.Next(14))
        {
            case 0:
                return new JsonObject { ["match_all"] = new JsonObject() };
            case 1:
                return On("term", Pick(Keywords), Pick(RandomDocuments.Hosts.Concat(RandomDocuments.Levels)
                    .Concat(RandomDocuments.Words).ToArray()));
            case 2:
                return On("term", Pick(Numbers), random.Next(600));
            case 3:
                var field = Pick(Keywords);
                return On("terms", field, new JsonArray(
                    Pick(RandomDocuments.Hosts), Pick(RandomDocuments.Levels), Pick(RandomDocuments.Words)));
            case 4 or 5:
                return On("match", Pick(["message", "message", "error.message", "host.name"]), new JsonObject
                {
                    ["query"] = documents.Sentence(3),
                    ["operator"] = Pick(["and", "or"]),
                });
            case 6:
                return On("match_phrase", Pick(["message", "message", "log.level"]), documents.Sentence(2));
            case 7 or 8:
                return Range();
            case 9:
                return new JsonObject
                {
                    ["exists"] = new JsonObject
                    {
                        ["field"] = Pick([.. Keywords, .. Numbers, "message", "source.ip", "user", "host", "items",
                            "long_text", "flag", "load", "labels", "error"]),
                    },
                };
            case 10:
                return On("prefix", Pick(["host.name", "message", "tags", "log.level"]),
                    Pick(["w", "err", "we", "foo", "т"]));
            case 11:
                return On("wildcard", Pick(["host.name", "message", "tags"]),
                    Pick(["*e*", "w?b-*", "*.bar", "f*r", "*", "?"]));
            case 12:
                return On("term", "source.ip", Pick(["10.0.0.1", "10.0.0.0/8", "2001:db8::/32", "8.8.8.8"]));
            default:
                return new JsonObject { ["query_string"] = QueryString() };
        }
    }

    private JsonObject Bool(int depth)
    {
        var query = new JsonObject();
        foreach (var part in new[] { "must", "filter", "should", "must_not" })
        {
            if (random.Next(2) == 0)
            {
                query[part] = new JsonArray([.. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => Query(depth - 1))]);
            }
        }

        if (query["should"] is JsonArray should && random.Next(3) == 0)
        {
            query["minimum_should_match"] = Pick([(JsonNode)1, "50%", -1, should.Count]);
        }

        return new JsonObject { ["bool"] = query };
    }

    private JsonObject Range()
    {
        var (low, high) = (Pick(["gt", "gte"]), Pick(["lt", "lte"]));
        var bounds = new JsonObject();
        switch (random.Next(5))
        {
            case 0:
                bounds[low] = random.Next(500);
                bounds[high] = random.Next(200, 700);
                return On("range", Pick(Numbers), bounds);
            case 1:
                bounds[low] = random.Next(60) / 4.0;
                return On("range", "load", bounds);
            case 2:
                bounds[low] = Pick(["a", "db", "web", "info"]);
                bounds[high] = Pick(["web-2", "x", "warn"]);
                return On("range", Pick(["host.name", "log.level", "tags"]), bounds);
            default:
                // Elasticsearch reads both bounds as epoch milliseconds where one of them is a number.
                var isNumber = random.Next(5) == 0;
                bounds[low] = isNumber ? Milliseconds() : Date();
                if (random.Next(2) == 0)
                {
                    bounds[high] = isNumber ? Milliseconds() : Date();
                }

                return On("range", "@timestamp", bounds);
        }
    }

    private long Milliseconds() => RandomDocuments.StartMs + (random.Next(400) * 431_117L);

    private JsonNode Date()
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds()).UtcDateTime;
        return random.Next(1, 6) switch
        {
            1 => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            2 => time.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture),
            3 => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) + "||"
                + Pick(["/d", "-1h", "+1d/d", "/h"]),
            4 => time.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + "+02:00",
            _ => time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        };
    }

    private JsonObject QueryString()
    {
        var query = new JsonObject { ["query"] = Expression(2) };
        if (random.Next(3) == 0)
        {
            query["default_operator"] = "AND";
        }

        if (random.Next(4) == 0)
        {
            query["default_field"] = Pick(["message", "host.name"]);
        }

        return query;
    }

    private string Expression(int depth)
    {
        var text = new StringBuilder();
        var count = 1 + random.Next(4);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                text.Append(Pick([" ", " ", " AND ", " OR ", " && ", " || "]));
            }

            text.Append(Pick(["", "", "", "NOT ", "-", "+"]));
            text.Append(depth > 0 && random.Next(4) == 0 ? $"({Expression(depth - 1)})" : Clause());
        }

        return text.ToString();
    }

    private string Clause() => random.Next(12) switch
    {
        0 => "\"" + Pick(["connection refused", "user login", "foo.bar", "error Timeout"]) + "\"",
        1 => "host.name:" + Pick(["web-1", "web*", "\"db.internal\"", "(web-1 OR web-2)", "w?b-1"]),
        2 => "http.response.status_code:"
            + Pick([">=400", "[200 TO 404]", "{200 TO 500}", "404", "<300", "[400 TO *]"]),
        3 => "_exists_:" + Pick(["duration", "tags", "error.message", "nowhere"]),
        4 => "log.level:" + Pick(["error", "(error warn)", "info", "*"]),
        5 => "tags:" + Pick(["error", "foo.bar", "*o*"]),
        6 => Pick(["err*", "*out", "log?n", "NULL*", "foo*"]),
        7 => "@timestamp:[2025-11-13 TO 2025-11-14]",
        8 => "message:(" + Pick(["error AND user", "+login -failed", "foo.bar 42"]) + ")",
        9 => "duration:" + Pick(["[10 TO 500]", ">100", "\\-5"]),
        _ => Pick(
            ["error", "Timeout", "foo-bar", "a_b", "user", "1.2.3.4", "Müller", "login", "refused", "日本語", "it's"]),
    };

    private JsonObject Aggregations(int depth)
    {
        var result = new JsonObject();
        for (var i = 1 + random.Next(2); i > 0; i--)
        {
            result["a" + i] = Aggregation(depth);
        }

        return result;
    }

    private JsonObject Aggregation(int depth)
    {
        JsonObject aggregation;
        switch (random.Next(depth > 0 ? 5 : 3))
        {
            case 0:
                return new JsonObject
                {
                    [Pick(["min", "max", "avg", "sum", "value_count", "stats"])] = new JsonObject
                    {
                        ["field"] = Pick(["duration", "load", "http.response.status_code", "sizes", "items.count"]),
                    },
                };
            case 1:
                return new JsonObject
                {
                    ["cardinality"] = new JsonObject { ["field"] = Pick(["host.name", "tags", "duration"]) },
                };
            case 2 or 3:
                aggregation = new JsonObject { ["terms"] = Terms() };
                break;
            default:
                aggregation = new JsonObject { ["date_histogram"] = DateHistogram() };
                break;
        }

        if (depth > 0 && random.Next(2) == 0)
        {
            aggregation["aggs"] = Aggregations(depth - 1);
        }

        return aggregation;
    }

    private JsonObject Terms()
    {
        var terms = new JsonObject
        {
            ["field"] = Pick(["host.name", "log.level", "tags", "labels.env", "http.response.status_code", "duration",
                "flag", "source.ip", "items.name", "sizes", "load"]),
            ["size"] = random.Next(1, 12),
        };
        if (random.Next(3) == 0)
        {
            terms["order"] = new JsonObject { [Pick(["_count", "_key"])] = Pick(["asc", "desc"]) };
        }

        if (random.Next(5) == 0)
        {
            terms["min_doc_count"] = random.Next(1, 5);
        }

        if (random.Next(5) == 0)
        {
            terms["field"] = "labels.env";
            terms["missing"] = "none";
        }

        return terms;
    }

    private JsonObject DateHistogram()
    {
        var histogram = new JsonObject { ["field"] = "@timestamp" };
        if (random.Next(2) == 0)
        {
            histogram["fixed_interval"] = Pick(["1h", "30m", "90m", "1d", "7h"]);
        }
        else
        {
            histogram["calendar_interval"] = Pick(["hour", "day", "week", "month", "1d", "quarter", "year"]);
        }

        if (random.Next(3) == 0)
        {
            histogram["time_zone"] = Pick(["+02:00", "Europe/Berlin", "America/New_York", "-05:30"]);
        }

        if (random.Next(3) == 0)
        {
            histogram["min_doc_count"] = random.Next(0, 3);
        }

        if (random.Next(5) == 0)
        {
            histogram["offset"] = Pick(["+15m", "-1h", "10m"]);
        }

        if (random.Next(4) == 0)
        {
            histogram["min_doc_count"] = 0;
            histogram["extended_bounds"] = new JsonObject
            {
                ["min"] = RandomDocuments.StartMs - 86_400_000,
                ["max"] = RandomDocuments.StartMs + (3L * 86_400_000),
            };
        }

        if (random.Next(5) == 0)
        {
            histogram["order"] = new JsonObject { [Pick(["_count", "_key"])] = "desc" };
        }

        return histogram;
    }

    private static JsonObject On(string query, string field, JsonNode value) =>
        new() { [query] = new JsonObject { [field] = value } };

    private T Pick<T>(T[] items) => items[random.Next(items.Length)];
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using LogFlow.Testing;

namespace LogFlow.Store.Tests;

/// <summary>Documents come back with the same JSON values: from the tail, from segments, after merges.</summary>
public sealed class SourceRoundTripTests
{
    private static readonly string[] Odd =
    [
        """{"@timestamp":"2025-11-20T10:00:00.123Z","a.b":1,"a":{"c":2}}""",
        """{"@timestamp":"2025-11-20T10:00:00Z","a":{"b":{"c":[]}},"e":{},"n":null,"t":true}""",
        """{"@timestamp":"2025-11-20T10:00:00+02:00","big":123456789012345678901234567890,"neg":-0,"""
        + "\"f\":1.0,\"e\":1e300}",
        """{"@timestamp":1763632800000,"mixed":"text","x":[1,"a",{"y":null}]}""",
        """{"@timestamp":"2025-11-20T10:00:00.123456789Z","mixed":5,"x":{"y":1}}""",
        """{"@timestamp":"2025-11-20","mixed":5.5,"text":"line\nbreak \"quoted\" \\ \u0001 é 😀 \ud83d\ude00"}""",
        """{"@timestamp":"2025-11-20T10:00:00.5Z","mixed":false,"x":7,"long":9223372036854775807}""",
        """{"@timestamp":"2025-11-20T10:00:00Z","event":{"created":"not a date","""
        + "\"ingested\":\"2025-11-20T10:00:00.1Z\"}}",
        """{"@timestamp":"2025-11-20T10:00:00Z","ip":"1.2.3.4","k e y":{"\u0022q\u0022":"v"},"":""}""",
    ];

    [Fact]
    public async Task OddDocuments_AllTogether_ComeBackAsTheyWere()
    {
        var documents = Odd[..^1].Append(Odd[^1].Replace(",\"\":\"\"", "")).ToArray();
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(documents);
        await AssertSameAsync(store, documents, "odd documents");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task RandomDocuments_TailSegmentMergeAndReopen_ComeBackAsTheyWere(int seed)
    {
        var random = new Random(seed);
        var documents = Enumerable.Range(0, 400).Select(_ => RandomDocument(random)).ToArray();
        using var folder = new TempDirectory();
        await using (var store = await TestStore.StartAsync(folder.Path))
        {
            // Twelve commits: small segments of one day, which are merged in the background.
            for (var i = 0; i < documents.Length; i += 34)
            {
                var body = string.Concat(documents.Skip(i).Take(34).Select((text, k) =>
                    $"{{\"create\":{{\"_index\":\"logs-test-default\",\"_id\":\"d{i + k}\"}}}}\n{text}\n"));
                var (_, answer, _) = await store.BulkAsync(body);
                Assert.True(answer["errors"]?.GetValue<bool>() == false, answer.ToJsonString());
            }

            await AssertSameAsync(store, documents, $"seed {seed}");
            await Eventually.TrueAsync(() => store.Service.GetStatus().SegmentCount < 10, "segments are merged");
            await AssertSameAsync(store, documents, $"seed {seed}, merged");
        }

        await using var again = await TestStore.StartAsync(folder.Path);
        await AssertSameAsync(again, documents, $"seed {seed}, reopened");
    }

    [Fact]
    public async Task ManyFields_BeyondTheLimit_AreKeptAndFound()
    {
        var fields = string.Join(',', Enumerable.Range(0, 3000).Select(i => $"\"f{i}\":{i}"));
        var document = $"{{\"@timestamp\":\"2025-11-20T10:00:00Z\",\"deep\":{{{fields}}}}}";
        await using var store = await TestStore.StartAsync();
        await store.AddAsync(document);
        await AssertSameAsync(store, [document], "many fields");
        Assert.Equal(["d0"], await store.IdsAsync("""{"query":{"term":{"deep.f2345":2345}}}"""));
    }

    private static async Task AssertSameAsync(TestStore store, string[] documents, string what)
    {
        var answer = await store.SearchAsync("""{"size":1000,"sort":["_doc"]}""");
        var hits = answer["hits"]!["hits"]!.AsArray();
        Assert.Equal(documents.Length, hits.Count);
        foreach (var hit in hits)
        {
            var number = int.Parse(hit!["_id"]!.GetValue<string>().AsSpan(1), CultureInfo.InvariantCulture);
            var difference = JsonCompare.Difference(
                TestStore.Element(documents[number]), TestStore.Element(hit["_source"]!.ToJsonString()));
            Assert.True(difference is null,
                $"{what}: {difference}\n{documents[number]}\n{hit["_source"]!.ToJsonString()}");
        }
    }

    private static string RandomDocument(Random random)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("@timestamp", $"2025-11-20T10:{random.Next(60):00}:00.{random.Next(1000):000}Z");
            WriteFields(json, random, 3);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteFields(Utf8JsonWriter json, Random random, int depth)
    {
        for (var i = 0; i < 8; i++)
        {
            if (random.Next(3) == 0)
            {
                continue;
            }

            json.WritePropertyName((depth == 3 ? "k" : "c") + i + (random.Next(12) == 0 ? ".dot" : ""));
            WriteValue(json, random, depth, i);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, Random random, int depth, int kind)
    {
        // Mostly one kind a field, sometimes another.
        switch (random.Next(10) == 0 ? random.Next(8) : kind)
        {
            case 0:
                json.WriteNumberValue(random.NextInt64(-1000, 1L << random.Next(1, 62)));
                break;
            case 1:
                json.WriteNumberValue(random.NextDouble() * Math.Pow(10, random.Next(-10, 10)));
                break;
            case 2:
                json.WriteStringValue(new string((char)('a' + random.Next(26)), random.Next(40)) + "é\n\"\\"
                    + random.Next(9));
                break;
            case 3:
                json.WriteBooleanValue(random.Next(2) == 0);
                break;
            case 4:
                json.WriteNullValue();
                break;
            case 5:
                json.WriteStringValue($"{random.Next(256)}.{random.Next(256)}.{random.Next(256)}.{random.Next(256)}");
                break;
            case 6 when depth > 0:
                json.WriteStartArray();
                for (var i = random.Next(3); i > 0; i--)
                {
                    WriteValue(json, random, depth - 1, random.Next(8));
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStartObject();
                if (depth > 0)
                {
                    WriteFields(json, random, depth - 1);
                }

                json.WriteEndObject();
                break;
        }
    }
}

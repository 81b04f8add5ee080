using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LogFlow.Store.Tests;

/// <summary>
/// Texts that are stored as pieces are the texts that came, and found where they would be found had they been stored
/// whole: a view of the same open block, which has no pieces, is asked the same.
/// </summary>
public sealed class PieceTests
{
    private const int Seed = 20261201;
    private static readonly string[] Separators = [" ", " \"", "\" ", " - - [", "] ", ".", ":", "", "/", "é", "a"];
    private static readonly string[] Agents =
        ["Mozilla/5.0 (X11; Linux) Firefox/133.0", "curl/8.0", "Größe 5.0", "x.y.Firefox", "-", "", "firefox"];

    [Fact]
    public void RandomTexts_AreReadAndFoundAsIfTheyStoodWhole()
    {
        var random = new Random(Seed);
        var (pieced, found) = (0, 0);
        for (var round = 0; round < 150; round++)
        {
            var block = new TestBlock(RandomDocuments(random, random.Next(33, 120)));
            pieced += block.TypeOf("message") == ColumnType.Pieces ? 1 : 0;
            for (var row = 0; row < block.RowCount; row++)
            {
                Assert.Equal(block.WholeText("message", row), block.PiecedText("message", row));
            }

            foreach (var predicate in Predicates(random, block))
            {
                foreach (var field in (string[])["message", "event.original"])
                {
                    var expected = block.SearchWhole(field, predicate);
                    Assert.True(
                        expected.SequenceEqual(block.SearchPieced(field, predicate)),
                        $"round {round}, {field}: {predicate.Condition ?? predicate.GetType().Name}");
                    found += expected.Count;
                }
            }
        }

        Assert.True(pieced > 50, $"only {pieced} of 150 blocks had texts in pieces");
        Assert.True(found > 20_000, $"only {found} matches: the texts say little");
    }

    [Fact]
    public void AccessLines_KeepNothingOfTheirOwnButTheTime()
    {
        var documents = Enumerable.Range(0, 500).Select(static i => JsonSerializer.Serialize(new JsonObject
        {
            ["@timestamp"] = "2026-11-20T10:00:00.000Z",
            ["message"] = $"10.0.{i % 7}.{i % 251} - - [20/Nov/2026:10:{i / 60 % 60:00}:{i % 60:00} +0000] \"GET "
                + $"/shop/item-{i * 7919} HTTP/1.1\" {(i % 9 == 0 ? 404 : 200)} {1000 + (i * 31)} \"-\" "
                + $"\"{Agents[i % 2]}\"",
            ["source"] = new JsonObject { ["address"] = $"10.0.{i % 7}.{i % 251}" },
            ["url"] = new JsonObject { ["original"] = $"/shop/item-{i * 7919}" },
            ["http"] = new JsonObject { ["status"] = i % 9 == 0 ? 404 : 200, ["bytes"] = 1000 + (i * 31) },
            ["user_agent"] = new JsonObject { ["original"] = Agents[i % 2] },
        })).ToArray();
        var block = new TestBlock(documents);
        Assert.Equal(ColumnType.Pieces, block.TypeOf("message"));
        Assert.Equal(ColumnType.Text, block.TypeOf("url.original"));
        var length = documents.Length * "20/Nov/2026:10:00:00 +0000".Length;
        Assert.InRange(block.PageLength("message"), 1, length + (documents.Length * 2) + 500);
    }

    [Theory]
    [InlineData("a message of its own, in which nothing of other fields stands: {0} {1} {2}")]
    [InlineData("{0}")]
    public void TextsOfTheirOwn_StandWhole(string format)
    {
        var random = new Random(Seed);
        var block = new TestBlock([.. Enumerable.Range(0, 100).Select(i => JsonSerializer.Serialize(
            new Dictionary<string, object>
            {
                ["message"] = string.Format(
                    null, format, $"{random.NextInt64():x}{random.NextInt64():x}{random.NextInt64():x}", i,
                    random.Next()),
                ["user"] = $"u{random.Next(1000, 9999)}",
            }))]);
        Assert.Equal(ColumnType.Text, block.TypeOf("message"));
    }

    [Fact]
    public void ASourceThatIsGoneOrOfAnotherKind_IsDamage()
    {
        var block = new TestBlock(RandomDocuments(new Random(3), 100));
        foreach (var kind in (ColumnType?[])[null, ColumnType.Pieces, ColumnType.Bool])
        {
            var error = Assert.Throws<CorruptDataException>(() => block.LoadWithSource("message", "url.path", kind));
            Assert.Contains("'url.path'", error.Message);
        }
    }

    private static string[] RandomDocuments(Random random, int count)
    {
        var formats = Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomFormat(random)).ToArray();
        return [.. Enumerable.Range(0, count).Select(_ => RandomDocument(random, formats))];
    }

    /// <summary>A separator, a field or own text (-1), a separator, …</summary>
    private static (string Separator, int Field)[] RandomFormat(Random random) =>
        [.. Enumerable.Range(0, random.Next(2, 9)).Select(
            _ => (Separators[random.Next(Separators.Length)], random.Next(-1, 7)))];

    private static string RandomDocument(Random random, (string Separator, int Field)[][] formats)
    {
        string?[] values =
        [
            $"/{(char)('a' + random.Next(3))}/page.html?q={random.Next()}",
            random.Next(5) == 0 ? null : Agents[random.Next(Agents.Length)],
            $"{random.Next(100, 600)}",
            $"{random.Next(256)}.{random.Next(256)}.0.1",
            random.Next(9) == 0 ? null : $"{random.NextInt64():x}",
            $"{-random.Next(20)}",
            random.Next(2) == 0 ? "GET" : "POST",
        ];
        var text = new StringBuilder(random.Next(3) == 0 ? "" : "INFO [worker] request done for somebody: ");
        foreach (var (separator, field) in formats[random.Next(formats.Length)])
        {
            text.Append(separator).Append(field < 0 ? $"{random.Next(1000)} Firefox" : values[field]);
        }

        var document = new Dictionary<string, object> { ["message"] = text.ToString() };
        document["event"] = new { original = random.Next(30) == 0 ? text + "!" : text.ToString() };
        document["url"] = new { path = values[0] };
        document["status"] = int.Parse(values[2]!, null);
        document["source"] = new { address = values[3] };
        document["delta"] = int.Parse(values[5]!, null);
        document["method"] = values[6]!;
        if (values[1] is { } agent)
        {
            document["agent"] = agent;
        }

        if (values[4] is { } trace)
        {
            document["trace"] = trace;
        }

        return JsonSerializer.Serialize(document);
    }

    private static IEnumerable<ValuePredicate> Predicates(Random random, TestBlock block)
    {
        yield return new TokenPredicate("firefox"u8.ToArray());
        yield return new TokenPredicate("get"u8.ToArray());
        for (var i = 0; i < 12; i++)
        {
            var text = block.WholeText("message", random.Next(block.RowCount));
            var tokens = TokensOf(text);
            if (tokens.Count == 0)
            {
                continue;
            }

            var first = random.Next(tokens.Count);
            yield return new TokenPredicate(tokens[first]);
            yield return new PhrasePredicate([.. tokens.Skip(first).Take(random.Next(1, 4))]);
            yield return new TermPredicate(text);
            var start = random.Next(text.Length);
            var part = text.Substring(start, random.Next(1, Math.Min(12, text.Length - start) + 1));
            var pattern = part.Replace("\\", "\\\\").Replace("*", "\\*");
            yield return new WildcardPredicate($"*{pattern}*", ignoreCase: false);
        }
    }

    private static List<byte[]> TokensOf(string text)
    {
        var tokens = new List<byte[]>();
        var reader = new TokenReader(Encoding.UTF8.GetBytes(text), new ByteWriter());
        while (reader.MoveNext())
        {
            tokens.Add(reader.Token.ToArray());
        }

        return tokens;
    }
}

using System.Text;

namespace LogFlow.Store.Tests;

/// <summary>A word is found in a page of texts exactly where the analyzer, text by text, finds it.</summary>
public sealed class WordSearchTests
{
    private const int Seed = 20261130;
    private const string Characters = "aB0_.':,; -/";

    [Fact]
    public void Word_InPagesOfRandomTexts_IsFoundWhereTheAnalyzerFindsIt()
    {
        var random = new Random(Seed);
        var found = 0;
        for (var round = 0; round < 4_000; round++)
        {
            var texts = Enumerable.Range(0, random.Next(1, 8)).Select(_ => RandomText(random)).ToArray();
            foreach (var word in Words(random, texts))
            {
                var predicate = new TokenPredicate(word);
                var expected = texts.Select(text => predicate.MatchText(text)).ToArray();
                Assert.True(
                    expected.SequenceEqual(Search(texts, predicate)),
                    $"round {round}, word '{Encoding.UTF8.GetString(word)}' in\n"
                    + string.Join('\n', texts.Select(Encoding.UTF8.GetString)));
                found += expected.Count(static isHit => isHit);
            }
        }

        Assert.True(found > 10_000, $"only {found} matches: the texts say little");
    }

    /// <summary>A term query is not analyzed: it may ask for what no analyzer makes.</summary>
    [Theory]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("/")]
    public void Word_ThatIsNone_IsNowhere(string word)
    {
        var texts = new[] { "x a b y"u8.ToArray(), "a/b"u8.ToArray(), " / "u8.ToArray() };
        Assert.Equal([false, false, false], Search(texts, new TokenPredicate(Encoding.UTF8.GetBytes(word))));
    }

    /// <summary>
    /// The analyzer cuts words after 255 characters: the first piece is a token, though letters follow.
    /// </summary>
    [Fact]
    public void Word_ThatWasCut_IsFound()
    {
        byte[][] texts = [A(300), "-"u8.ToArray(), A(254)];
        Assert.Equal([true, false, false], Search(texts, new TokenPredicate(texts[0][..255])));
        Assert.Equal([true, false, false], Search(texts, new TokenPredicate(texts[0][..45])));
        Assert.Equal([false, false, true], Search(texts, new TokenPredicate(texts[0][..254])));
    }

    private static byte[] A(int count) => Encoding.UTF8.GetBytes(new string('a', count));

    /// <summary>Tokens of the texts, pieces of them, and pieces of the texts that need not be tokens.</summary>
    private static IEnumerable<byte[]> Words(Random random, byte[][] texts)
    {
        foreach (var text in texts)
        {
            if (text.Length == 0)
            {
                continue;
            }

            var start = random.Next(text.Length);
            var piece = text.AsSpan(start, random.Next(1, Math.Min(300, text.Length - start) + 1)).ToArray();
            yield return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(piece).ToLowerInvariant());
            if (FirstToken(piece) is { } token)
            {
                yield return token;
            }
        }
    }

    private static byte[]? FirstToken(byte[] text)
    {
        var tokens = new TokenReader(text, new ByteWriter());
        return tokens.MoveNext() ? tokens.Token.ToArray() : null;
    }

    private static byte[] RandomText(Random random)
    {
        var text = new StringBuilder();
        for (var count = random.Next(30); count > 0; count--)
        {
            var character = Characters[random.Next(Characters.Length)];
            text.Append(character, random.Next(40) == 0 ? random.Next(240, 270) : 1);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static bool[] Search(byte[][] texts, ValuePredicate predicate)
    {
        var ends = new int[texts.Length];
        var end = 0;
        for (var i = 0; i < texts.Length; i++)
        {
            ends[i] = end += texts[i].Length;
        }

        var entry = new ColumnEntry { Name = "message", Type = ColumnType.Text, PresentCount = texts.Length };
        var all = texts.SelectMany(static text => text).ToArray();
        var column = new TextColumn(entry, texts.Length, null, all, ends);
        var hits = new RowSet(texts.Length);
        column.Match(new FieldPredicate(FieldType.Text, predicate), default, hits);
        return [.. Enumerable.Range(0, texts.Length).Select(row => hits[row])];
    }
}

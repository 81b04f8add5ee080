using System.Text;

namespace LogFlow.Store.Tests;

public sealed class TokenHashesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("GET /a_b/__/_x/ HTTP/1.1")]
    [InlineData("1.2.3.4:80 foo.bar foo.1 it's 'x' a:b 1:2 1,2;3 a,b a.-b 1._2 .a a.")]
    [InlineData("ends in a word")]
    [InlineData("Größe 1.234,5 日本 K\u212Aelvin")]
    public void Hashes_OfAText_AreThoseOfItsTokens(string text) => AssertSame(text);

    [Theory]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(600)]
    public void Hashes_OfALongToken_AreThoseOfItsParts(int length)
    {
        AssertSame("before " + new string('x', length) + " behind");
        AssertSame(string.Concat(Enumerable.Repeat("ab.", length / 3)) + "c");
    }

    [Fact]
    public void Hashes_OfRandomTexts_AreThoseOfTheirTokens()
    {
        var random = new Random(20261130);
        const string Alphabet = "aaabZ019__..:,;'- /\"\u00E4\u65E5";
        for (var i = 0; i < 20_000; i++)
        {
            var length = random.Next(200);
            var last = random.Next(4) == 0 ? Alphabet.Length : Alphabet.Length - 2;
            AssertSame(string.Create(length, (random, last), static (span, state) =>
            {
                foreach (ref var c in span)
                {
                    c = Alphabet[state.random.Next(state.last)];
                }
            }));
        }
    }

    private static void AssertSame(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var expected = new HashSet64();
        var tokens = new TokenReader(utf8, new ByteWriter());
        while (tokens.MoveNext())
        {
            expected.Add(Hash64.Compute(tokens.Token));
        }

        var actual = new HashSet64();
        TokenHashes.Add(utf8, new ByteWriter(), actual);
        Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
    }
}

using System.Text;
using LogFlow.Testing;

namespace LogFlow.Store.Tests;

/// <summary>The tokenizer against the word-break rules applied one character at a time.</summary>
public sealed class TokenReaderTests
{
    private const int Seed = 20261123;
    private const int TokenCharsMax = 255;
    private const string Letters = "aZ09_.':,; -äßИд́日ひカーｶ\u200d\u00b7𐐀/";

    [Fact]
    public void Tokens_OfRealLines_AreThoseOfTheRules()
    {
        foreach (var file in Directory.GetFiles(SharedFolder.File("data", ""), "*.log"))
        {
            foreach (var line in File.ReadLines(file).Take(500))
            {
                Check(line);
            }
        }
    }

    [Fact]
    public void Tokens_OfRandomText_AreThoseOfTheRules()
    {
        var random = new Random(Seed);
        var runes = Letters.EnumerateRunes().ToArray();
        for (var round = 0; round < 30_000; round++)
        {
            var text = new StringBuilder();
            for (var count = random.Next(40); count > 0; count--)
            {
                var repeat = random.Next(30) == 0 ? random.Next(300) : 1;
                var rune = runes[random.Next(random.Next(2) == 0 ? 6 : runes.Length)].ToString();
                text.Insert(text.Length, rune, repeat);
            }

            Check(text.ToString());
        }
    }

    private static void Check(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var reader = new TokenReader(utf8, new ByteWriter());
        var tokens = new List<string>();
        while (reader.MoveNext())
        {
            tokens.Add($"{reader.TokenStart} {Encoding.UTF8.GetString(reader.Token)}");
        }

        Assert.Equal(Expected(text), tokens);
    }

    private static List<string> Expected(string text)
    {
        var runes = text.EnumerateRunes().ToArray();
        var classes = runes.Select(CharClasses.Of).ToArray();
        var starts = new int[runes.Length + 1];
        for (var i = 0; i < runes.Length; i++)
        {
            starts[i + 1] = starts[i] + runes[i].Utf8SequenceLength;
        }

        var tokens = new List<string>();
        for (var at = 0; at < runes.Length;)
        {
            var start = at;
            var isToken = classes[at] == CharClass.Single;
            if (isToken)
            {
                at++;
                while (at < runes.Length && classes[at] == CharClass.Extend)
                {
                    at++;
                }
            }
            else if (classes[at] is CharClass.Letter or CharClass.Digit or CharClass.Underscore or CharClass.Katakana)
            {
                at = EndOfWord(runes, classes, at);
                isToken = classes[start..at].Any(each => each is CharClass.Letter or CharClass.Digit
                    or CharClass.Katakana);
            }
            else
            {
                at++;
            }

            if (isToken)
            {
                var lower = string.Concat(runes[start..at].Select(rune => Rune.ToLowerInvariant(rune).ToString()));
                tokens.Add($"{starts[start]} {lower}");
            }
        }

        return tokens;
    }

    private static int EndOfWord(Rune[] runes, CharClass[] classes, int at)
    {
        var previous = CharClass.Other;
        var chars = 0;
        for (; at < runes.Length && chars < TokenCharsMax; at++)
        {
            var next = Array.FindIndex(classes, at + 1, each => each != CharClass.Extend);
            var following = next < 0 ? CharClass.Other : classes[next];
            var continues = classes[at] switch
            {
                CharClass.Extend or CharClass.Underscore => true,
                CharClass.Letter or CharClass.Digit => previous != CharClass.Katakana,
                CharClass.Katakana => previous is CharClass.Other or CharClass.Katakana or CharClass.Underscore,
                CharClass.MidLetter => previous == CharClass.Letter && following == CharClass.Letter,
                CharClass.MidNumber => previous == CharClass.Digit && following == CharClass.Digit,
                CharClass.MidBoth => previous is CharClass.Letter or CharClass.Digit && following == previous,
                _ => false,
            };
            if (!continues)
            {
                break;
            }

            previous = classes[at] == CharClass.Extend ? previous : classes[at];
            chars += runes[at].Utf8SequenceLength == 4 ? 2 : 1;
        }

        return at;
    }
}

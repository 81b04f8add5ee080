using System.Text.RegularExpressions;
using LogFlow.Testing;

namespace LogFlow.Processor.Pipeline.Tests;

/// <summary>A program finds what .NET's regex finds, or there is none.</summary>
public class MatcherTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("a*", "aaab")]
    [InlineData("(?<g0>a*)(?<g1>a|b)", "aaab")]
    [InlineData("(?<g0>a*?)(?<g1>ab|b)", "aaab")]
    [InlineData("(?:(?<g0>[a-z]+)|(?<g1>[0-9]+),)*(?<g2>.*)", "ab,12,cd")]
    [InlineData("(?<g0>(?:ab|a)(?:bc|c))d", "xxabcd")]
    [InlineData("(?>a|ab)c", "abc")]
    [InlineData("(?<g0>(?>a*)b|a*)", "aaac")]
    [InlineData("(?=(?<g0>[a-z]+))(?<g1>..)", "12abcd")]
    [InlineData("(?!(?<g0>ab))(?<g1>[ab]+)", "abba")]
    [InlineData("(?<![0-9])(?<g0>[0-9]{2,3})(?![0-9])", "1234 567 89")]
    [InlineData("^(?<g0>\\w+)$", "one two\nthree\nfour five")]
    [InlineData("\\A(?<g0>.*)x(?<g1>.*?)y\\z", "axbxcydy")]
    [InlineData("(?<g0>\\S+) (?<g1>\\S+)?(?<g2> .*)?\\Z", "a b c\n")]
    [InlineData("\\b(?<g0>\\w+)\\b \\b(?<g1>\\w{2})", "über älter 12")]
    [InlineData("(?<g0>(?i:error|WARN))(?-i:x)", "an ErRoRx")]
    [InlineData("(?i)(?<g0>stra\\u00DFe|K)", "STRA\u00DFE \u212A")]
    [InlineData("(?<g0>[^\\u0041]+?)(?<g1>[\\p{Lu}\\d]{2,})", "xyÄÖ9")]
    [InlineData("(?<g0>[a-c]{1,3}?)(?<g1>[b-d]{0,2})(?<g2>d)", "abcbcdd")]
    [InlineData("(?:(?<g0>a)|b)*c", "abac")]
    [InlineData("(?:(?<g0>a)|(?<g1>b)(?<g2>x)?)+?c", "abxabc")]
    [InlineData("(?<g0>a??)(?<g1>a?)b", "ab")]
    [InlineData("(?<g0>(?:a|b)?)(?<g1>(?:a*)?)", "aab")]
    [InlineData("(?<={ )(?<g0>.*)(?= } x)(?<!ab)", "q { ab } x { cd } x")]
    [InlineData("x|\\z", "abc")]
    [InlineData("(?:)", "abc")]
    [InlineData("[\\]\\-a]+[^]]", "b]-az")]
    public void Program_OfAPattern_FindsWhatTheRegexFinds(string pattern, string text)
    {
        Assert.True(IsProgram(pattern));
        AssertSame(pattern, text);
    }

    [Theory]
    [InlineData("(?<g0>a)\\k<g0>")]
    [InlineData("(?<=a|bc)d")]
    [InlineData("(?:a*)*b")]
    [InlineData("\\Ga")]
    [InlineData("(?x: a b )")]
    public void Program_OfWhatItCannotDo_IsNone(string pattern) => Assert.False(IsProgram(pattern));

    [Fact]
    public void Program_OfRandomPatterns_FindsWhatTheRegexFinds()
    {
        var random = new Random(20261130);
        var programs = 0;
        for (var i = 0; i < 3000; i++)
        {
            var slots = 0;
            var pattern = RandomPattern(random, 4, ref slots);
            for (var j = 0; j < 8; j++)
            {
                programs += AssertSame(pattern, RandomText(random)) ? 1 : 0;
            }
        }
        Assert.True(programs > 5_000, $"only {programs} of the patterns were programs");
    }

    /// <summary>What makes a regex try everything twice: the memory must not change what is found.</summary>
    [Fact]
    public void Program_OfRandomPatterns_FindsTheSameInTextsThatMakeItGoBackALot()
    {
        var random = new Random(7);
        for (var i = 0; i < 400; i++)
        {
            var slots = 0;
            var pattern = RandomPattern(random, 3, ref slots);
            var text = string.Concat(Enumerable.Range(0, 5).Select(_ => new string("ab1 "[random.Next(4)], 5)));
            AssertSame(pattern, text, alwaysRemember: true);
        }
    }

    [Theory]
    [InlineData("^(?:a+)+$")]
    [InlineData("(?:a|aa)+b")]
    [InlineData("(?<g0>.*)(?<g1>.*)(?<g2>.*)(?<g3>.*)b")]
    [InlineData("[a-z]+@")]
    [InlineData("(?:[a-z]+ ?)+[0-9]")]
    [InlineData("a.*?b.*?c")]
    public void Program_OnATextThatStallsARegex_IsDone(string pattern)
    {
        var program = MatchCompiler.Compile(MatchParser.Parse(pattern, RubyRegexOptions.DotAll), out _);

        Assert.False(new Matcher().TryMatch(program!, new string('a', 100_000) + "!", Timeout));
    }

    [Fact]
    public void Program_OfEveryPatternOfTheLibrary_FindsWhatTheRegexFinds()
    {
        var texts = SampleTexts();
        var withoutProgram = new List<string>();
        foreach (var isEcs in (bool[])[false, true])
        {
            var library = PatternLibrary.Create(isEcs);
            foreach (var name in library.Names)
            {
                var pattern = GrokCompiler.Compile($"%{{{name}}}", library, namedOnly: true, Timeout);
                if (pattern.Program is null)
                {
                    withoutProgram.Add($"{name}: {pattern.Problem}");
                    continue;
                }
                foreach (var text in texts)
                {
                    AssertSame(pattern, text);
                }
            }
        }
        Assert.True(withoutProgram.Count == 0, string.Join('\n', withoutProgram));
    }

    [Theory]
    [InlineData("[a-z\\d]", false)]
    [InlineData("[^ \"]", false)]
    [InlineData("[\\p{L}_-]", false)]
    [InlineData("\\w", false)]
    [InlineData("[k-s]", true)]
    [InlineData("[^A-Z]", true)]
    public void CharSet_OfAClass_HoldsWhatTheRegexDoes(string pattern, bool ignoreCase)
    {
        var options = ignoreCase ? RubyRegexOptions.IgnoreCase : RubyRegexOptions.None;
        var set = Assert.IsType<MatchNode.One>(MatchParser.Parse(pattern, options)).Set;
        var regex = RubyRegex.CreateTranslated(pattern, false, options, Timeout);
        for (var c = 0; c <= char.MaxValue; c++)
        {
            Assert.Equal(regex.IsMatch([(char)c]), set.Contains((char)c));
            Assert.Equal(set.Contains((char)c) ? 1 : 0, set.CountLeading([(char)c]));
        }
    }

    [Theory]
    [InlineData("%{WORD:a} xyz7", " xyz7")]
    [InlineData("(?:a|b)cde(?:f)?gh", "cde")]
    [InlineData("(?:longer)*in", "in")]
    [InlineData("(?i:word)", "")]
    public void RequiredText_OfAPattern_IsInEveryMatch(string pattern, string expected)
    {
        var grok = GrokCompiler.Compile(pattern, PatternLibrary.Create(isEcs: true), namedOnly: true, Timeout);

        Assert.Equal(expected, grok.RequiredText);
    }

    private static bool IsProgram(string pattern) =>
        MatchCompiler.Compile(MatchParser.Parse(pattern, RubyRegexOptions.DotAll), out _) is not null;

    private static bool AssertSame(string pattern, string text, bool alwaysRemember = false)
    {
        var node = MatchParser.Parse(pattern, RubyRegexOptions.DotAll);
        if (MatchCompiler.Compile(node, out _) is not { } program)
        {
            return false;
        }
        var regex = RubyRegex.CreateTranslated(pattern, hasNamedGroups: true, RubyRegexOptions.DotAll, Timeout);
        var slots = regex.GetGroupNames().Where(name => name[0] == 'g').Select(name => int.Parse(name[1..], null));
        AssertSame(
            program, regex, [.. slots.Select(slot => (slot, regex.GroupNumberFromName($"g{slot}")))], text, pattern,
            alwaysRemember);
        if (regex.IsMatch(text))
        {
            Assert.Contains(MatchFacts.RequiredText(node), text, StringComparison.Ordinal);
        }
        return true;
    }

    private static void AssertSame(GrokPattern pattern, string text) => AssertSame(
        pattern.Program!, pattern.Regex.Current, [.. pattern.Captures.Select(c => (c.Slot, c.Group))], text,
        pattern.Text, alwaysRemember: false);

    private static void AssertSame(
        MatchProgram program, Regex regex, (int Slot, int Group)[] groups, string text, string pattern,
        bool alwaysRemember)
    {
        var match = regex.Match(text);
        var matcher = new Matcher { RemembersAtOnce = alwaysRemember };
        var found = matcher.TryMatch(program, text, Timeout);
        var place = $"{pattern}\non: {text}";
        Assert.True(match.Success == found, $"{place}\nthe regex says {match.Success}");
        if (!found)
        {
            return;
        }
        Assert.True(
            (match.Index, match.Index + match.Length) == (matcher.Start, matcher.End),
            $"{place}\nthe regex has {match.Index}+{match.Length}, not {matcher.Start} to {matcher.End}");
        foreach (var (slot, number) in groups)
        {
            var group = match.Groups[number];
            var success = matcher.TryGetCapture(slot, out var start, out var length);
            Assert.True(
                group.Success == success && (!success || (group.Index, group.Length) == (start, length)),
                $"{place}\ng{slot}: the regex has {group.Success} {group.Index}+{group.Length}, not {start}+{length}");
        }
    }

    private static string RandomPattern(Random random, int depth, ref int slots)
    {
        var parts = random.Next(1, 4);
        var result = string.Empty;
        for (var i = 0; i < parts; i++)
        {
            var atom = depth == 0 ? RandomAtom(random) : random.Next(12) switch
            {
                0 => $"(?:{RandomPattern(random, depth - 1, ref slots)}|{RandomAtom(random)})",
                1 => $"(?:{RandomAtom(random)}|{RandomPattern(random, depth - 1, ref slots)})",
                2 or 3 => $"(?<g{slots++}>{RandomPattern(random, depth - 1, ref slots)})",
                4 => $"(?>{RandomPattern(random, depth - 1, ref slots)})",
                5 => $"(?={RandomPattern(random, depth - 1, ref slots)})",
                6 => $"(?!{RandomPattern(random, depth - 1, ref slots)})",
                _ => RandomAtom(random),
            };
            var quantifier = atom.StartsWith("(?=", StringComparison.Ordinal)
                || atom.StartsWith("(?!", StringComparison.Ordinal)
                || atom is "\\b" or "^" or "$" or "(?<![ab])" or "(?<=ab)"
                ? string.Empty
                : random.Next(8) switch
                {
                    0 => "*",
                    1 => "+",
                    2 => "?",
                    3 => "*?",
                    4 => "{1,2}",
                    5 => "{0,2}?",
                    _ => string.Empty,
                };
            result += atom + quantifier;
        }
        return result;
    }

    private static string RandomAtom(Random random)
    {
        string[] atoms =
        [
            "a", "b", "ab", "1", " ", ".", "[ab]", "[^a]", "[0-9]", "\\b", "^", "$", "(?<![ab])", "(?<=ab)", "[a1]",
            "(?i:A)",
        ];
        return atoms[random.Next(atoms.Length)];
    }

    private static string RandomText(Random random) => string.Create(random.Next(14), random, static (span, random) =>
    {
        foreach (ref var c in span)
        {
            c = "aaabb1 A\nä"[random.Next(10)];
        }
    });

    private static List<string> SampleTexts()
    {
        List<string> texts = [.. VectorFolder.ReadMessages().Where((_, index) => index % 4 == 0)];
        if (SharedFolder.Root is not null)
        {
            texts.AddRange(Directory.GetFiles(SharedFolder.File("data"), "*.log").Order(StringComparer.Ordinal)
                .SelectMany(file => File.ReadLines(file).Where((_, index) => index % 97 == 0).Take(12)));
        }
        var random = new Random(3);
        texts.AddRange([.. texts.Take(50).Select(text => Disturb(text, random))]);
        return texts;
    }

    private static string Disturb(string text, Random random)
    {
        var characters = text.ToCharArray();
        for (var i = 0; i < characters.Length / 20; i++)
        {
            characters[random.Next(characters.Length)] = " \"-:a1\u00E4"[random.Next(7)];
        }
        return new string(characters);
    }
}

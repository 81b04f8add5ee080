using System.Text;

namespace LogFlow.Agent.Tests;

/// <summary>What parsers make of lines, and where the file may be cut between them.</summary>
public sealed class ParserTests
{
    [Theory]
    [InlineData(false, MultilineMatch.After, @"^\s", "a|·b|·c|d", "a/·b/·c|d")]
    [InlineData(true, MultilineMatch.After, @"^\[", "[1|x|y|[2|z", "[1/x/y|[2/z")]
    [InlineData(false, MultilineMatch.Before, @"\\$", @"a\|b\|c|d", @"a\/b\/c|d")]
    [InlineData(true, MultilineMatch.Before, ";$", "a|b;|c;|d", "a/b;|c;|d")]
    public void Multiline_Pattern_JoinsAsFilebeatDoes(
        bool negate, MultilineMatch match, string pattern, string lines, string expected) => Check(
        new ParserConfig
        {
            Multiline = new MultilineConfig { Pattern = pattern, Negate = negate, MatchWritten = match },
        },
        lines,
        expected);

    [Fact]
    public void Multiline_CountAndWhileAndFlush_JoinAsFilebeatDoes()
    {
        Check(
            new ParserConfig { Multiline = new MultilineConfig { Type = MultilineType.Count, CountLines = 2 } },
            "a|b|c|d|e", "a/b|c/d|e");
        Check(
            new ParserConfig { Multiline = new MultilineConfig { Type = MultilineType.WhilePattern, Pattern = "^{" } },
            "x|{1|{2|y|{3", "x|{1/{2|y|{3");
        Check(
            new ParserConfig
            {
                Multiline = new MultilineConfig
                {
                    Pattern = "^start",
                    Negate = true,
                    MatchWritten = MultilineMatch.After,
                    FlushPattern = "^end",
                },
            },
            "start|x|end|y|start", "start/x/end|y|start");
    }

    [Fact]
    public void Multiline_SkipNewlineAndLimits_CutTheMessageAndSaySo()
    {
        var messages = Parse(
            new ParserConfig
            {
                Multiline = new MultilineConfig
                {
                    Pattern = @"^\s",
                    MatchWritten = MultilineMatch.After,
                    SkipNewline = true,
                    MaxLinesWritten = 2,
                    MaxBytes = 6,
                },
            },
            "abc", " defg", " x", "next");
        Assert.Equal(["abc de", "next"], messages.Select(static message => message.Text));
        Assert.True(messages[0].IsTruncated);
        Assert.False(messages[1].IsTruncated);
    }

    [Fact]
    public void Container_Cri_JoinsPiecesOfEachStreamForItself()
    {
        var messages = Parse(
            new ParserConfig { Container = new ContainerConfig() },
            "2026-11-30T10:00:00.123456789+01:00 stdout P one ",
            "2026-11-30T10:00:00.2Z stderr F error",
            "2026-11-30T10:00:00.3Z stdout F two",
            "2026-11-30T10:00:01Z stdout F ",
            "no time at all");
        Assert.Equal(["error", "one two", "", "no time at all"], messages.Select(static message => message.Text));
        Assert.Equal(["stderr", "stdout", "stdout", null], messages.Select(static message => message.Stream));
        Assert.Equal(
            new DateTimeOffset(2026, 11, 30, 9, 0, 0, 123, TimeSpan.Zero),
            messages[1].Time!.Value,
            TimeSpan.FromMilliseconds(1));
        Assert.NotNull(messages[3].Error);
    }

    [Fact]
    public void Container_Docker_TakesTheTextTheStreamAndTheTime()
    {
        var messages = Parse(
            new ParserConfig { Container = new ContainerConfig { Stream = ContainerStream.Stdout } },
            """{"log":"half ","stream":"stdout","time":"2026-11-30T10:00:00.5Z"}""",
            """{"log":"other\n","stream":"stderr","time":"2026-11-30T10:00:01Z"}""",
            """{"log":"whole \u00e4\r\n","stream":"stdout","attrs":{"x":[1]},"time":"2026-11-30T10:00:02Z"}""",
            """{"broken":""");
        Assert.Equal("half whole ä", messages[0].Text);
        Assert.Equal(new DateTimeOffset(2026, 11, 30, 10, 0, 0, 500, TimeSpan.Zero), messages[0].Time);
        Assert.Equal("""{"broken":""", messages[1].Text);
        Assert.Equal(2, messages.Count);
    }

    [Fact]
    public void Ndjson_ThenMultiline_JoinsTheMessageKey()
    {
        var messages = Parse(
            [
                new ParserConfig { Ndjson = new NdjsonConfig { MessageKey = "msg" } },
                new ParserConfig
                {
                    Multiline = new MultilineConfig { Pattern = @"^\s", MatchWritten = MultilineMatch.After },
                },
            ],
            """{"msg":"one","n":1}""", """{"msg":"  at a"}""", "not json", """{"msg":"two"}""");
        Assert.Equal(["one\n  at a", "not json", "two"], messages.Select(static message => message.Text));
    }

    [Theory]
    [InlineData("<34>Oct 11 22:14:15 mymachine su[12]: 'su root' failed", "su", "12", "mymachine", "'su root' failed")]
    [InlineData("<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!", null, null, "10.0.0.99", "Use the BFG!")]
    [InlineData(
        "<165>1 2003-10-11T22:14:15.003Z host app 7 ID47 [ex@1 a=\"b \\\"c\\\"\"] An event",
        "app", "7", "host", "An event")]
    [InlineData("<165>1 - - - - - - ", null, null, null, "")]
    public void Syslog_BothFormats_AreRead(string line, string? app, string? process, string? host, string message)
    {
        Assert.True(new SyslogReader(SyslogFormat.Auto, "UTC").TryRead(line, out var parsed, out var problem), problem);
        Assert.Equal(
            (app, process, host, message), (parsed.AppName, parsed.ProcessId, parsed.HostName, parsed.Message));
        Assert.NotNull(parsed.Priority);
    }

    [Theory]
    [InlineData("no priority")]
    [InlineData("<999>Oct 11 22:14:15 x y")]
    [InlineData("<13>")]
    [InlineData("<13>1 ")]
    [InlineData("<13>1 2003-10-11T22:14:15Z h a p m [x")]
    [InlineData("<13>1 2003-10-11T22:14:15Z h a p m [x y=\"z")]
    public void Syslog_BrokenLines_AreRefusedWithAReason(string line)
    {
        Assert.False(new SyslogReader(SyslogFormat.Auto, "UTC").TryRead(line, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void AnyCleanPlace_ToBeginAt_GivesTheSameMessages()
    {
        // Whatever the lines are: reading from any place that was clean gives what reading at once gave from there.
        var random = new Random(815);
        for (var round = 0; round < 300; round++)
        {
            var lines = Enumerable.Range(0, 40).Select(number => random.Next(5) switch
            {
                0 => $"2026-11-30T10:00:00Z stdout P piece {number} ",
                1 => $"2026-11-30T10:00:00Z stderr P other {number} ",
                2 => $"2026-11-30T10:00:00Z stdout F end {number}",
                3 => $"2026-11-30T10:00:00Z stderr F   at {number}",
                _ => $"2026-11-30T10:00:00Z stdout F   at {number}",
            }).ToArray();
            ParserConfig[] parsers =
            [
                new ParserConfig { Container = new ContainerConfig() },
                new ParserConfig
                {
                    Multiline = new MultilineConfig { Pattern = @"^\s", MatchWritten = MultilineMatch.After },
                },
            ];
            var sink = new Sink();
            var whole = Run(parsers, lines, 0, sink);
            foreach (var clean in sink.Cuts)
            {
                var again = Run(parsers, lines, clean, new Sink());
                Assert.Equal(
                    whole.Where(message => message.Start >= clean).Select(static message => message.Text),
                    again.Select(static message => message.Text));
            }
        }
    }

    private static void Check(ParserConfig parser, string lines, string expected)
    {
        Assert.Empty(parser.Multiline!.Validate());
        var texts = Parse(parser, [.. lines.Replace('·', ' ').Split('|')]).Select(static message => message.Text);
        Assert.Equal(expected.Replace('·', ' ').Replace('/', '\n').Split('|'), texts);
    }

    private static List<Parsed> Parse(ParserConfig parser, params string[] lines) => Parse([parser], lines);

    private static List<Parsed> Parse(ParserConfig[] parsers, params string[] lines) =>
        Run(parsers, lines, 0, new Sink());

    private static List<Parsed> Run(ParserConfig[] parsers, string[] lines, long from, Sink sink)
    {
        var assembler = new MessageAssembler([.. parsers.Select(static parser => parser.Factory())], 1000, 4000);
        assembler.Begin(from);
        var position = 0L;
        foreach (var line in lines)
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            var end = position + bytes.Length + 1;
            if (position >= from)
            {
                Assert.True(assembler.Feed(bytes, position, end, isTruncated: false, sink));
            }

            position = end;
        }

        Assert.True(assembler.Flush(sink));
        return sink.Messages;
    }

    private sealed record Parsed(
        long Start, string Text, string? Stream, DateTimeOffset? Time, bool IsTruncated, string? Error);

    private sealed class Sink : IMessageSink
    {
        public List<Parsed> Messages { get; } = [];

        public List<long> Cuts { get; } = [];

        public bool Commit(long start, long end, List<AssembledMessage> messages)
        {
            Assert.All(messages, message => Assert.True(message.Start >= start && message.End <= end));
            Messages.AddRange(messages.Select(static message => new Parsed(
                message.Start, Encoding.UTF8.GetString(message.Text), message.Stream, message.Timestamp,
                message.IsTruncated, message.Error)));
            Cuts.Add(end);
            return true;
        }
    }
}

namespace LogFlow.Processor.Pipeline.Tests;

public class SyntaxErrorTests
{
    [Theory]
    [InlineData("filter { grok { match => { \"message\" => \"%{WROD:a}\" } } }", 1, 41, "'WROD' is not defined",
        "did you mean 'WORD'?")]
    [InlineData("filter {\n  grokk { }\n}", 2, 3, "no filter 'grokk'", "did you mean 'grok'?")]
    [InlineData("filter {\n  mutate { rmove_field => \"a\" }\n}", 2, 12, "no option 'rmove_field'",
        "did you mean 'remove_field'?")]
    [InlineData("filter { grok { match => { \"m\" => \"(a\" } } }", 1, 35, "not closed", null)]
    [InlineData("filter { date { match => [\"t\", \"yyyy-QQ\"] } }", 1, 32, "'Q' is no letter", "letters:")]
    [InlineData("filter { date { match => [\"t\", \"ISO8601\"] timezone => \"Mars/Olympus\" } }", 1, 55,
        "no time zone", "Europe/Berlin")]
    [InlineData("filter { dissect { mapping => { m => \"%{a}%{b}\" } } }", 1, 33, "at least two letters", null)]
    [InlineData("filter { dissect { mapping => { \"m\" => \"%{a}%{b}\" } } }", 1, 40, "next to each other", null)]
    [InlineData("filter { json { } }", 1, 10, "needs the option 'source'", "add: source")]
    [InlineData("filter { if [a] && [b] { } }", 1, 17, "'&&'", "write: and")]
    [InlineData("filter { if [a] = 1 { } }", 1, 17, "'='", "write: ==")]
    [InlineData("filter { if [a] =~ /(/ { } }", 1, 20, "pattern /(/ is wrong", null)]
    [InlineData("filter { mutate { gsub => [\"a\", \"[\", \"\"] } }", 1, 33, "is wrong", null)]
    [InlineData("filter { mutate { convert => { \"a\" => \"integr\" } } }", 1, 39, "cannot be converted",
        "did you mean 'integer'?")]
    [InlineData("filter { drop { percentage => \"many\" } }", 1, 31, "takes a number", null)]
    [InlineData("filter { mutate { add_field => { \"a\" => \"${LF_NOT_SET_ANYWHERE}\" } } }", 1, 41,
        "LF_NOT_SET_ANYWHERE", "default")]
    [InlineData("filter { mutate { id => \"x\" } mutate { id => \"x\" } }", 1, 46, "used by another plugin", null)]
    [InlineData("filter { geoip { } }", 1, 10, "is not supported", "GeoLite2")]
    [InlineData("filters { }", 1, 1, "section", "did you mean 'filter'?")]
    [InlineData("filter { grok {", 1, 15, "never closed", "}")]
    [InlineData("filter { mutate { add_tag => [\"a\" \"b\"] } }", 1, 35, "',' or ']'", "commas")]
    [InlineData("filter { mutate { a => { \"b\" => 1, \"c\" => 2 } } }", 1, 34, "a blank", "separated")]
    public void Load_Mistake_IsNamedWithPlaceAndRemedy(string text, int line, int column, string message,
        string? remedy)
    {
        var error = Assert.Throws<PipelineSyntaxException>(() => Load(text));

        var diagnostic = error.Diagnostics[0];
        Assert.Contains(message, diagnostic.ToString(), StringComparison.Ordinal);
        Assert.Equal((line, column), (diagnostic.Span.Line, diagnostic.Span.Column));
        if (remedy is not null)
        {
            Assert.Contains(remedy, diagnostic.Remedy ?? string.Empty, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Load_SeveralMistakes_AreAllReported()
    {
        const string Text = """
            filter {
              grok { match => { "message" => "%{NOPE}" } bad => 1 }
              date { match => ["t"] }
              mutate { convert => { "a" => "int" } }
            }
            output { stdoot { } }
            """;

        var error = Assert.Throws<PipelineSyntaxException>(() => Load(Text));

        Assert.Equal([2, 3, 4, 6], error.Diagnostics.Select(diagnostic => diagnostic.Span.Line).Distinct());
    }

    [Fact]
    public void Diagnostic_Text_ShowsLineAndCaret()
    {
        var error = Assert.Throws<PipelineSyntaxException>(() => Load("filter {\n  grokk { }\n}\n"));

        Assert.Equal(
            "test.conf:2:3: there is no filter 'grokk'\n  2 |   grokk { }\n    |   ^^^^^\n    = did you mean 'grok'?",
            error.Message);
    }

    [Fact]
    public void Parse_MutatedText_OnlyThrowsSyntaxException()
    {
        const string Template = """
            input { kafka { topics => ["a"] codec => json { charset => "UTF-8" } } }
            filter {
              if [a] == "x" and !([b] in ["1", '2']) or [c] =~ /x\/y/ { # comment
                grok { match => { "message" => ["%{IP:ip}", "b"] } }
              } else if "t" not in [tags] { drop { percentage => -1.5 } } else { mutate { add_tag => ok } }
            }
            """;
        const string Alphabet = "{}[]()\"'/\\=>!~<,#%$ \n\tandornoti0129.-_€\0";
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var text = Template.ToCharArray().ToList();
            for (var change = random.Next(1, 8); change > 0 && text.Count > 1; change--)
            {
                var position = random.Next(text.Count);
                switch (random.Next(3))
                {
                    case 0:
                        text.RemoveRange(position, Math.Min(random.Next(1, 20), text.Count - position));
                        break;
                    case 1:
                        text[position] = Alphabet[random.Next(Alphabet.Length)];
                        break;
                    default:
                        text.Insert(position, Alphabet[random.Next(Alphabet.Length)]);
                        break;
                }
            }
            AssertParses(new string([.. text]), $"seed {seed}, round {i}");
        }
    }

    [Fact]
    public void Parse_DeepNesting_IsRefused()
    {
        AssertParses(string.Concat(Enumerable.Repeat("filter { if [a] { ", 50_000)), "branches");
        AssertParses("filter { x { a => " + new string('[', 100_000), "arrays");
        AssertParses("filter { if " + new string('(', 100_000), "parentheses");
    }

    private static void AssertParses(string text, string what)
    {
        try
        {
            PipelineParser.Parse(new PipelineSource("fuzz", text));
        }
        catch (PipelineSyntaxException e)
        {
            Assert.NotEmpty(e.Message);
        }
        catch (Exception e)
        {
            Assert.Fail($"{what}: {e}\n{text}");
        }
    }

    private static CompiledPipeline Load(string text) => CompiledPipeline.Load(
        [new PipelineSource("test.conf", text)], new PipelineOptions(), PluginRegistry.CreateDefault());
}

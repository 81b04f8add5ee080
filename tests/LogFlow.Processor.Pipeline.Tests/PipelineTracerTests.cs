using System.Text;

namespace LogFlow.Processor.Pipeline.Tests;

public class PipelineTracerTests
{
    private static readonly EventTimestamp Now = EventTimestamp.Parse("2024-05-01T12:00:00.000Z");

    [Fact]
    public void Run_ConditionThatDoesNotHold_HasItsOperandsAndWhatIsSkipped()
    {
        var steps = Steps(
            """
            filter {
              if [level] == "error" and [missing] { mutate { add_tag => "a" } if [x] { drop { } } }
              else { mutate { add_field => { "b" => "1" } } }
            }
            """,
            """{"level":"info"}""");

        Assert.Equal(["if False", "mutate Changed"], Names(steps));
        Assert.Equal("[level] == \"error\" and [missing]", steps[0].Place.Text);
        Assert.Equal(
            [new TracedOperand("[level]", "\"info\""), new TracedOperand("[missing]", null)], steps[0].Operands);
        Assert.Equal(["mutate", "drop"], steps[0].Skipped.Select(node => node.Name));
        Assert.Equal(3, steps[1].Place.Line);
        Assert.Equal(new FieldChange("b", null, "\"1\""), Assert.Single(steps[1].Changes));
    }

    [Fact]
    public void Run_ConditionThatHolds_SkipsTheBranchesBehind()
    {
        var steps = Steps(
            """filter { if [a] { mutate { add_tag => "t" } } else if [b] { drop { } } else { drop { } } }""",
            """{"a":1}""");

        Assert.Equal(["if True", "mutate Tagged", "else Skipped"], Names(steps));
        Assert.Equal(["t"], steps[1].TagsAdded);
        Assert.Equal(2, steps[2].Skipped.Count);
    }

    [Fact]
    public void Run_Changes_AreAddedChangedAndRemovedFieldsWithTheirValues()
    {
        var step = Assert.Single(Steps(
            """
            filter {
              mutate {
                replace => { "[a][b]" => "new" } add_field => { "c" => "added" "[@metadata][m]" => "1" }
                remove_field => [ "d" ] remove_tag => [ "old" ]
              }
            }
            """,
            """{"a":{"b":"old","x":1},"d":[1,2],"tags":["old","kept"]}"""));

        Assert.Equal(
            [
                new FieldChange("[a][b]", "\"old\"", "\"new\""),
                new FieldChange("d", "[1,2]", null),
                new FieldChange("c", null, "\"added\""),
                new FieldChange("[@metadata][m]", null, "\"1\""),
            ],
            step.Changes);
        Assert.Equal(["old"], step.TagsRemoved);
        Assert.Equal(TraceOutcome.Changed, step.Outcome);
    }

    [Theory]
    [InlineData("""mutate { lowercase => [ "a" ] }""", "mutate Matched")]
    [InlineData("""date { match => [ "missing", "ISO8601" ] }""", "date Unchanged")]
    [InlineData("""drop { }""", "drop Dropped")]
    [InlineData("""mutate { rename => { "a" => "b" } }""", "mutate Changed")]
    [InlineData("""dissect { mapping => { "text" => "%{[a][b]} %{c}" } }""", "dissect DeadLettered")]
    [InlineData("""date { match => [ "a", "ISO8601" ] }""", "date Failed")]
    public void Run_EachOutcome_IsNamed(string filter, string expected) => Assert.Equal(
        [expected], Names(Steps($"filter {{ {filter} }}", """{"a":"x","text":"1 2"}""")));

    [Fact]
    public void Run_GrokThatDoesNotMatch_SaysHowFarItCameAndWhatItWants()
    {
        var reason = Assert.Single(Steps(
            """filter { grok { match => { "message" => "^%{WORD:verb} from %{IP:[source][ip]} in %{NUMBER:ms}" } } }""",
            """{"message":"GET from somewhere in 5"}""")).Reason!;

        Assert.Equal("GET from somewhere in 5"["GET from ".Length..], reason.Subject![reason.End..]);
        Assert.Equal((0, "%{IP:[source][ip]}"), (reason.Start, reason.Wanted));
    }

    [Fact]
    public void Run_SeveralPatterns_TheOneThatCameFurthestIsNamed()
    {
        var reason = Assert.Single(Steps(
            """filter { grok { match => { "message" => [ "^%{INT:a}$", "^%{WORD:b} %{WORD:c} end", "^x" ] } } }""",
            """{"message":"one two three"}""")).Reason!;

        Assert.Equal(("^%{WORD:b} %{WORD:c} end", 8, "end"), (reason.Text, reason.End, reason.Wanted));
    }

    [Fact]
    public void Run_DateAndJsonThatFail_SayWhatTheyGot()
    {
        var steps = Steps(
            """filter { date { match => [ "t", "ISO8601", "UNIX" ] } json { source => "message" } }""",
            """{"t":"yesterday","message":"{ no"}""");

        Assert.Equal("t is \"yesterday\", which is none of: 'ISO8601', 'UNIX'", steps[0].Reason!.Text);
        Assert.Contains("message is not JSON: ", steps[1].Reason!.Text, StringComparison.Ordinal);
        Assert.Equal(["_jsonparsefailure"], steps[1].TagsAdded);
    }

    [Fact]
    public void Run_ConditionThatCannotBeJudged_IsADeadLetterWithTheReason()
    {
        var trace = Assert.Single(Run("filter { if [n] > 5 { drop { } } }", """{"m":1}""").Events);

        Assert.Equal(["if DeadLettered"], Names(trace.Steps));
        Assert.Contains("[n] (missing) cannot be compared", trace.DeadLetter, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Split_EachEventHasTheStepsBehindIt()
    {
        var trace = Run(
            """
            filter {
              mutate { add_tag => "before" }
              split { }
              if [message] == "two" { drop { } }
              mutate { add_tag => "behind" }
            }
            output { one { } if "behind" in [tags] { two { } } }
            """,
            """{"message":"one\ntwo"}""");

        Assert.Equal(["mutate Tagged", "split Replaced"], Names(trace.Events[0].Steps));
        Assert.Equal(2, trace.Events[0].Steps[1].CreatedCount);
        Assert.Equal(["if False", "mutate Tagged"], Names(trace.Events[1].Steps));
        Assert.Equal(["if True", "drop Dropped"], Names(trace.Events[2].Steps));
        Assert.Equal("split_1", trace.Events[1].MadeBy);
        Assert.Equal(["one_1", "two_1"], trace.Events[1].Outputs);
        Assert.Empty(trace.Events[2].Outputs);
        Assert.Contains("\"message\":\"one\"", trace.Events[1].Result, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WhatATraceIsOf_IsWhatAWorkerDoes()
    {
        const string Text = """
            filter {
              grok { match => { "message" => "%{WORD:verb} %{INT:n:int}" } }
              if [n] { mutate { add_field => { "double" => "%{n}%{n}" } } } else { mutate { add_tag => "none" } }
              clone { clones => [ "copy" ] }
            }
            """;
        foreach (var json in (string[])["""{"message":"get 5"}""", """{"message":"nothing"}"""])
        {
            var batch = new PipelineBatch();
            batch.Events.Add(Event.FromJson(Encoding.UTF8.GetBytes(json), Now));
            Load(Text).CreateWorker().Filter(batch);

            Assert.Equal(
                batch.Events.Select(item => item.ToString()), Run(Text, json).Events.Select(item => item.Result));
        }
    }

    [Theory]
    [InlineData("""mutate { add_field => { "a" => "%{message}%{message}%{message}" } }""", "KB behind")]
    [InlineData("""split { terminator => "x" }""", "more than 5 events come of one")]
    [InlineData(
        """mutate { gsub => [ "message", ".", "0123456789012345678901234567890123456789012345" ] }""", "could make")]
    [InlineData(
        """mutate { gsub => [ "message", ".", "01234567", "message", ".", "01234567" ] }""", "could make")]
    [InlineData(
        """
        mutate { replace => {
          "a" => "%{message}%{message}%{message}%{message}" "b" => "%{a}%{a}%{a}%{a}" "c" => "%{b}%{b}%{b}%{b}" } }
        """,
        "could make")]
    [InlineData("""mutate { } mutate { } mutate { } mutate { } mutate { }""", "more than 4 steps")]
    public void Run_MoreThanATraceFollows_EndsAndSaysWhy(string filter, string expected)
    {
        var limits = new TraceLimits { Steps = 4, Events = 5, EventLength = 3000, GrownLength = 50_000 };
        var trace = Run(
            $"filter {{ {filter} }}", $$"""{"message":"{{string.Concat(Enumerable.Repeat("xy", 600))}}"}""", limits);

        var said = trace.CutBecause ?? trace.Events[0].DeadLetter;
        Assert.Contains(expected, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Cancelled_Ends()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var batch = new PipelineBatch();
        batch.Events.Add(new Event(Now));

        Assert.Throws<OperationCanceledException>(
            () => new PipelineTracer(Load("filter { drop { } }"), new TraceLimits()).Run(batch, stop.Token));
    }

    private static IReadOnlyList<TraceStep> Steps(string text, string json) => Run(text, json).Events[0].Steps;

    private static IEnumerable<string> Names(IEnumerable<TraceStep> steps) =>
        steps.Select(step => $"{step.Name} {step.Outcome}");

    private static PipelineTrace Run(string text, string json, TraceLimits? limits = null)
    {
        var batch = new PipelineBatch();
        batch.Events.Add(Event.FromJson(Encoding.UTF8.GetBytes(json), Now));
        return new PipelineTracer(Load(text), limits ?? new TraceLimits()).Run(batch, CancellationToken.None);
    }

    private static CompiledPipeline Load(string text) => CompiledPipeline.Load(
        [new PipelineSource("test.conf", text)],
        new PipelineOptions { IsEcs = false },
        PluginRegistry.CreateDefault()
            .Add(new PluginSpec(PluginKind.Output, "one"))
            .Add(new PluginSpec(PluginKind.Output, "two")));
}

using LogFlow.Processor.Pipeline;
using LogFlow.Testing;

namespace LogFlow.Processor.Tests;

/// <summary>What a try shows, and what it must not touch or tell.</summary>
public class PipelineTrialTests
{
    [Fact]
    public void Run_DefaultPipeline_SaysWhichStatementsALineMeets()
    {
        var trial = Load(null);
        var trace = Assert.Single(trial.Run(
            "Jun 14 15:16:01 combo sshd(pam_unix)[19939]: check pass", null, CancellationToken.None).Events);

        Assert.Equal(ProcessorService.DefaultPipeline, trial.Text);
        Assert.Contains("\"dataset\":\"system.syslog\"", trace.Result, StringComparison.Ordinal);
        Assert.Contains(trace.Steps, step => step is { Name: "grok", Outcome: TraceOutcome.Changed });
        Assert.Contains(trace.Steps, step => step is { Name: "if", Outcome: TraceOutcome.False, Skipped.Count: > 5 });
        Assert.Equal(["elasticsearch_1"], trace.Outputs);
    }

    [Fact]
    public void Run_Document_IsTakenAsItIs()
    {
        var trial = Load("filter { mutate { add_field => { 'seen' => '%{[a][b]}' } } }");

        Assert.Contains("\"seen\":\"1\"", Result(trial, """{"a":{"b":1}}""", null), StringComparison.Ordinal);
        Assert.Contains("\"message\":\"[1]\"", Result(trial, "[1]", null), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FilterThatRemembers_BeginsAnewWithEachTryAndLeavesTheRunningOneAlone()
    {
        var config = new ProcessorConfig
        {
            ConfigString = "filter { throttle { key => 'k' after_count => 1 add_tag => 'more' } }",
        };
        var pipeline = ProcessorPipeline.Load(config, TimeProvider.System);
        var running = pipeline.Complete();
        var worker = running.CreateWorker();
        var trial = pipeline.CreateTrial();
        for (var turn = 0; turn < 5; turn++)
        {
            Assert.DoesNotContain("more", Result(trial, "a line", null), StringComparison.Ordinal);
        }

        var batch = new PipelineBatch();
        batch.Events.Add(new Event(EventTimestamp.FromMilliseconds(DateTimeOffset.UnixEpoch)));
        worker.Filter(batch);
        Assert.False(batch.Events[0].HasTag("more"));
        Assert.Equal(1, Assert.Single(running.ReadCounters()).In);
    }

    [Fact]
    public void Run_EditedText_SeesNoVariables_WhereTheRunningOneHasThem()
    {
        Environment.SetEnvironmentVariable("LOGFLOW_TEST_TRIAL", "s3cret");
        const string Text = "filter { mutate { add_field => { 'a' => '${LOGFLOW_TEST_TRIAL}' } } }";
        var trial = Load(Text);

        Assert.Contains("s3cret", Result(trial, "x", null), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", Result(trial, "x", Text + " "), StringComparison.Ordinal);
        var edited = Result(
            trial, "x", "filter { mutate { add_field => { 'a' => '${logflow.config.password:none}' } } }");
        Assert.Contains("\"a\":\"none\"", edited, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_EditedText_ReadsNoFilesButThoseThatTheRunningOneReads()
    {
        using var folder = new TempDirectory();
        var known = Path.Combine(folder.Path, "known.yml");
        var other = Path.Combine(folder.Path, "other.yml");
        File.WriteAllText(known, "a: known");
        File.WriteAllText(other, "a: other");
        string Translate(string file) =>
            $"filter {{ translate {{ source => 'message' target => 't' dictionary_path => '{file}' }} }}";
        var trial = Load(Translate(known));

        Assert.Contains("\"t\":\"known\"", Result(trial, "a", Translate(known) + " "), StringComparison.Ordinal);
        foreach (var text in (string[])
            [
                Translate(other),
                $"filter {{ cidr {{ address => 'a' network_path => '{other}' }} }}",
                $"filter {{ grok {{ patterns_dir => [ '{folder.Path}' ] match => {{ 'message' => 'a' }} }} }}",
            ])
        {
            var error = Assert.Throws<PipelineSyntaxException>(() => Result(trial, "a", text));
            Assert.Contains("is not read here", Assert.Single(error.Diagnostics).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Text_OfAPipelineWithSecrets_HasNone()
    {
        var trial = Load(
            """
            input { kafka { bootstrap_servers => "q:1" topics => ["t"] sasl_jaas_config => "x password='p1';" } }
            filter {
              # password => "p2"
              fingerprint { source => "message" method => "SHA256" key => "p3" target => "f" }
            }
            output { elasticsearch { hosts => ["http://u:p4@e:1"] user => "u" password => "p5" } }
            """);

        Assert.DoesNotMatch("p[1-5]", trial.Text);
        Assert.Equal(Result(trial, "x", null), Result(trial, "x", trial.Text));
    }

    [Fact]
    public void Run_PatternThatTakesForEver_EndsSoonWithATag()
    {
        const string Text = @"filter { grok { timeout_millis => 0 match => { 'message' => '(?=((a+)+)+$)\1b' } } }";
        var trial = Load(null);

        Assert.Contains("_groktimeout", Result(trial, new string('a', 40) + "!b", Text), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TooLong_IsRefused()
    {
        var trial = Load(null);
        Assert.Throws<FormatException>(() => Result(trial, new string('x', PipelineTrial.InputLengthMax + 1), null));
        Assert.Throws<FormatException>(
            () => Result(trial, "x", trial.Text + new string(' ', PipelineTrial.TextLengthMax + 1)));
    }

    [Fact]
    public void Run_Mistakes_AreAllNamedWithTheirPlaces()
    {
        var error = Assert.Throws<PipelineSyntaxException>(
            () => Result(Load(null), "x", "filter {\n  grokk { }\n  mutate { colour => 1 }\n}"));

        Assert.Equal([(2, 3), (3, 12)], error.Diagnostics.Select(mistake => (mistake.Span.Line, mistake.Span.Column)));
    }

    private static string Result(PipelineTrial trial, string input, string? text) =>
        trial.Run(input, text, CancellationToken.None).Events[0].Result;

    private static PipelineTrial Load(string? text) =>
        ProcessorPipeline.Load(new ProcessorConfig { ConfigString = text }, new HandTime()).CreateTrial();
}

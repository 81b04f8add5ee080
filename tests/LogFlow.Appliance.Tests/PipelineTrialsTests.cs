using LogFlow.Processor;

namespace LogFlow.Appliance.Tests;

/// <summary>A trace as the console's page gets it.</summary>
public class PipelineTrialsTests
{
    [Fact]
    public void Run_PatternThatStops_HasTheTextAroundThePlace()
    {
        var answer = Create("filter { grok { match => { 'message' => '^%{WORD:verb} from %{IP:ip}' } } }")
            .Run("GET from nowhere", null, CancellationToken.None);

        var step = answer["events"]![0]!["steps"]![0]!;
        Assert.Equal("failed", $"{step["outcome"]}");
        Assert.Equal((1, 10), ((int)step["line"]!, (int)step["column"]!));
        var reason = step["reason"]!;
        Assert.Equal(
            ("GET from ", "nowhere", "%{IP:ip}", 10),
            ($"{reason["matched"]}", $"{reason["rest"]}", $"{reason["wanted"]}", (int)reason["column"]!));
        Assert.Equal("""["_grokparsefailure"]""", step["tags"]!.ToJsonString());
    }

    [Fact]
    public void Run_LongTextBeforeThePlace_IsCut()
    {
        var reason = Create("filter { grok { match => { 'message' => '^x+ %{INT:n}' } } }")
            .Run(new string('x', 500) + " y", null, CancellationToken.None)["events"]![0]!["steps"]![0]!["reason"]!;

        Assert.True((bool)reason["isCut"]!);
        Assert.Equal(502, (int)reason["column"]!);
        Assert.Equal(60, $"{reason["matched"]}".Length);
    }

    [Fact]
    public void Run_ConditionAndChange_HaveTheirValues()
    {
        var steps = Create(
            """
            filter {
              if [a] { drop { } }
              mutate { add_field => { "b" => "1" "[@metadata][token]" => "s3cret" } }
            }
            """).Run("""{"message":"x"}""", null, CancellationToken.None)["events"]![0]!["steps"]!;

        Assert.Equal("""[["[a]",null]]""", steps[0]!["operands"]!.ToJsonString());
        Assert.Equal("""[["drop",2,12]]""", steps[0]!["skipped"]!.ToJsonString());
        Assert.Equal("[a]", $"{steps[0]!["condition"]}");
        Assert.Equal(
            """[["b",null,"\u00221\u0022"],["[@metadata][token]",null,"********"]]""",
            steps[1]!["changes"]!.ToJsonString());
    }

    [Fact]
    public void Run_Mistakes_HavePlaceAndRemedy()
    {
        var mistake = Create(null).Run("x", "filter {\n  grokk { }\n}", CancellationToken.None)["errors"]![0]!;

        Assert.Equal((2, 3, 5), ((int)mistake["line"]!, (int)mistake["column"]!, (int)mistake["length"]!));
        Assert.Contains("'grok'", $"{mistake["remedy"]}", StringComparison.Ordinal);
    }

    private static PipelineTrials Create(string? text) => new(
        ProcessorPipeline.Load(new ProcessorConfig { ConfigString = text }, TimeProvider.System).CreateTrial());
}

namespace LogFlow.Processor.Tests;

/// <summary><c>logflow-processor test FILE...</c>: what was not run is not passed.</summary>
public sealed class VectorReportTests : IDisposable
{
    private const string Passing =
        """{"id":"ok","config":"filter { mutate { add_tag => ab } }","events":[{"a":1}],"expect":[{"a":1}]}""";

    private readonly string _file = Path.GetTempFileName();
    private readonly StringWriter _output = new();

    [Theory]
    [InlineData("""{"id":"x","config":"filter { xml { source => msg } }","events":[{}],"expect":[{}]}""", "'xml'")]
    [InlineData("""{"id":"x","config":"filter { if [] { } }","valid":false}""", null)]
    [InlineData("""{"id":"x","config":"filter { mutate { replace => { ab => 1 ab => 2 } } }","valid":false}""", null)]
    [InlineData("""{"id":"x","config":"# off\n","valid":true}""", null)]
    public void Report_OfWhatIsNotSupported_FailsAndSumsUpTheCauses(string vector, string? missing)
    {
        File.WriteAllLines(_file, [Passing, vector]);

        var code = VectorReport.Run([_file], _output);

        Assert.Equal(missing is null ? 0 : 1, code);
        if (missing is not null)
        {
            Assert.Contains($"1 x the filter {missing} is not supported", _output.ToString(), StringComparison.Ordinal);
            Assert.Contains("1 passed, 0 failed, 1 not supported", _output.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Report_OfAVectorThatNeedsMore_SaysSoAndPasses()
    {
        const string Needing = """{"id":"b","requires":"a moon","config":"filter { }","events":[{}]}""";
        File.WriteAllLines(_file, [Passing, Needing]);

        Assert.Equal(0, VectorReport.Run([_file], _output));
        Assert.Contains("1 x needs a moon", _output.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _output.Dispose();
        File.Delete(_file);
    }
}

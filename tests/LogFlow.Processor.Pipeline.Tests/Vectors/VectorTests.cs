namespace LogFlow.Processor.Pipeline.Tests;

/// <summary>Runs the recorded behaviour of Logstash in <c>tests/vectors</c>, each case as a test of its own.</summary>
public sealed class VectorTests
{
    public static TheoryData<string> Supported { get; } =
        [.. VectorFolder.Cases.Keys.Except(VectorFolder.NotSupported.Keys).Order(StringComparer.Ordinal)];

    /// <summary>Id and the name of what is not supported, so that the list of tests tells what is missing.</summary>
    public static TheoryData<string, string> NotSupported { get; } = ReadNotSupported();

    [Theory]
    [MemberData(nameof(Supported))]
    public void Vector_OfASupportedPlugin_Passes(string id)
    {
        var result = VectorFolder.Run(id);
        Assert.True(result.Outcome == VectorOutcome.Passed, $"{result.Outcome} {id}: {result.Message}");
    }

    /// <summary>Not run, and said so by name: the day it passes, its line in not-supported.txt has to go.</summary>
    [Theory]
    [MemberData(nameof(NotSupported))]
    public void Vector_OfWhatIsNotSupported_IsRefusedByName(string id, string missing)
    {
        var result = VectorFolder.Run(id);
        Assert.True(result.Outcome == VectorOutcome.Unsupported, $"{result.Outcome} {id}: {result.Message}");
        Assert.Contains(missing, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NotSupported_NamesOnlyVectorsThatThereAre() =>
        Assert.Empty(VectorFolder.NotSupported.Keys.Except(VectorFolder.Cases.Keys));

    [Fact]
    public void Vectors_AreAllThere() => Assert.Equal(900, VectorFolder.Cases.Count);

    private static TheoryData<string, string> ReadNotSupported()
    {
        var data = new TheoryData<string, string>();
        foreach (var (id, missing) in VectorFolder.NotSupported.OrderBy(static entry => entry.Key))
        {
            data.Add(id, missing);
        }

        return data;
    }
}

namespace LogFlow.Hosting.Tests;

/// <summary>A .properties file beside YAML, and keys of another tool that mean nothing here.</summary>
public sealed class PropertiesTests
{
    [Fact]
    public void Properties_AreReadAsJavaReadsThem()
    {
        var config = Bind(
            """
            # a comment
            ! another
            output.kafka.hosts=a:1, b:2,\
                c:3
            path.data : /x/\u0079
            """);
        Assert.Equal(["a:1", "b:2", "c:3"], config.Output.Hosts);
        Assert.Equal("/x/y", config.DataPath);
    }

    [Theory]
    [InlineData(
        "output.kafka.hosts=a\noutput.kafka.hosts=b", "server.properties:2:1: key 'output.kafka.hosts' is given twice")]
    [InlineData("=x", "server.properties:1:1: a property is written key=value")]
    [InlineData("path.data=\\u12", "four hexadecimal digits")]
    [InlineData("path.dato=/x", "server.properties:1:1: unknown key 'path.dato'; did you mean 'path.data'?")]
    [InlineData("a.b.c=/x", "unknown key 'a.b.c'")]
    public void Properties_Wrong_NameLineKeyAndTheNearest(string text, string problem)
    {
        var error = Assert.Throws<ConfigException>(() => Bind(text));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownDottedKeys_AreNamedWhole_SectionsOnce()
    {
        var error = Assert.Throws<ConfigException>(() => ConfigDocument.Parse(
            "zzz.network.threads: 3\nzzz.io.threads: 8\nother:\n  a: 1\n  b: 2\n").Bind<SampleConfig>());
        Assert.Equal(
            ["unknown key 'zzz.network.threads'", "unknown key 'zzz.io.threads'", "unknown key 'other'"],
            error.Errors.Select(problem => problem.Message));
    }

    private static SampleConfig Bind(string text) =>
        ConfigDocument.Parse(text, "server.properties").Bind<SampleConfig>();
}

namespace LogFlow.Hosting.Tests;

/// <summary>Variables, anchors and typed values, as Filebeat reads them.</summary>
public class ConfigValuesTests
{
    private const string Unset = "LOGFLOW_SURELY_UNSET";

    [Theory]
    [InlineData("${LOGFLOW_SURELY_UNSET:${LOGFLOW_SURELY_UNSET_TOO:/d}}/x", "/d/x")]
    [InlineData("${LOGFLOW_SURELY_UNSET:a${LOGFLOW_SURELY_UNSET_TOO:b}c}d", "abcd")]
    [InlineData("${LOGFLOW_SURELY_UNSET:}x", "x")]
    [InlineData("a$${b}", "a${b}")]
    [InlineData("${open", "${open")]
    public void Variable_DefaultMayHaveVariables(string text, string expected) => Assert.Equal(
        expected, ConfigDocument.Parse($"path.data: '{text}'\n").Bind<SampleConfig>().DataPath);

    [Fact]
    public void Variable_ErrorText_IsSaid()
    {
        var error = Assert.Throws<ConfigException>(
            () => ConfigDocument.Parse($"path.data: ${{{Unset}:?name the data folder}}\n").Bind<SampleConfig>());
        Assert.Contains($"{Unset} is not set: name the data folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Anchors_AliasesAndMergeKeys_AreFollowed()
    {
        var config = ConfigDocument.Parse(
            """
            inputs:
              - &first
                paths: [/a, /b]
                message_max_bytes: 100
              - <<: *first
                paths: [/c]
              - *first
            """).Bind<SampleConfig>();
        Assert.Equal(["/a", "/b"], config.Inputs[0].Paths);
        Assert.Equal(["/c"], config.Inputs[1].Paths);
        Assert.Equal(100, config.Inputs[1].MessageMax.Bytes);
        Assert.Equal(["/a", "/b"], config.Inputs[2].Paths);
    }

    [Fact]
    public void Alias_OfNothing_IsAnError()
    {
        var error = Assert.Throws<ConfigException>(() => ConfigDocument.Parse("path.data: *nothing\n"));
        Assert.Contains("nothing is named &nothing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_OfAliases_DoNotFillTheMemory()
    {
        var yaml = "fields:\n  a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 9).Select(
            level => $"  a{level}: &a{level} [{string.Join(',', Enumerable.Repeat($"*a{level - 1}", 10))}]\n"));
        Assert.Throws<ConfigException>(() => ConfigDocument.Parse(yaml));
    }

    [Fact]
    public void FreeKeys_KeepTheTypesOfYaml()
    {
        var config = ConfigDocument.Parse(
            """
            fields:
              num: 1
              quoted: "1"
              flag: true
              ratio: 1.5
              version: 1.2.3
              nothing:
              list: [1, b, {c: false}]
              nested.name: x
            """).Bind<TypedConfig>();
        Assert.Equal(1L, config.Fields["num"]);
        Assert.Equal("1", config.Fields["quoted"]);
        Assert.Equal(true, config.Fields["flag"]);
        Assert.Equal(1.5, config.Fields["ratio"]);
        Assert.Equal("1.2.3", config.Fields["version"]);
        Assert.Null(config.Fields["nothing"]);
        var list = Assert.IsType<List<object?>>(config.Fields["list"]);
        Assert.Equal([1L, "b"], list[..2]);
        Assert.Equal(false, Assert.IsType<Dictionary<string, object?>>(list[2])["c"]);
        Assert.Equal("x", Assert.IsType<Dictionary<string, object?>>(config.Fields["nested"])["name"]);
        Assert.Contains("num: 1", ConfigExporter.ToYaml(config), StringComparison.Ordinal);
    }

    public sealed class TypedConfig
    {
        [ConfigKey("fields")]
        public Dictionary<string, object?> Fields { get; set; } = [];
    }
}

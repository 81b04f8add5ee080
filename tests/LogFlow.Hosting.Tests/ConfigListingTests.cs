namespace LogFlow.Hosting.Tests;

public class ConfigListingTests
{
    [Fact]
    public void Of_WrittenAndDefaultKeys_SaysWhereEachCameFrom()
    {
        var document = ConfigDocument.Parse("path:\n  data: /srv\noutput.kafka.hosts: [a, b]\n", "sample.yml");
        document.Override("log.retention.ms=5");
        var config = document.Bind<SampleConfig>(out var host);

        var entries = ConfigListing.Of(document.Root, config, host).ToDictionary(entry => entry.Key);

        Assert.Equal(("/srv", false), (entries["path.data"].Value, entries["path.data"].IsDefault));
        Assert.StartsWith("sample.yml:2:", entries["path.data"].Origin);
        Assert.Equal("- a\n- b", entries["output.kafka.hosts"].Value);
        Assert.StartsWith("sample.yml:3:", entries["output.kafka.hosts"].Origin);
        Assert.Equal("command line (-E)", entries["log.retention.ms"].Origin);
        Assert.Equal(("default", true), (entries["shutdown.timeout"].Origin, entries["shutdown.timeout"].IsDefault));
    }

    [Fact]
    public void Of_Secrets_AreMasked_AlsoWhereTheyCameFromTheCommandLine()
    {
        var document = ConfigDocument.Parse("fields.token: s3cret\npath.data: http://u:s3cret@h/");
        document.Override("fields.password=s3cret");
        var config = document.Bind<SampleConfig>(out _);

        Assert.DoesNotContain(
            ConfigListing.Of(document.Root, config),
            entry => entry.Value.Contains("s3cret", StringComparison.Ordinal)
                || entry.Origin.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_Variables_SaysThatAValueCameFromOne()
    {
        Environment.SetEnvironmentVariable("LOGFLOW_TEST_LISTING", "/from/variable");
        var document = ConfigDocument.Parse("path.data: ${LOGFLOW_TEST_LISTING}", "sample.yml");
        var config = document.Bind<SampleConfig>(out _);

        var entry = ConfigListing.Of(document.Root, config).Single(one => one.Key == "path.data");
        Assert.Equal("/from/variable", entry.Value);
        Assert.EndsWith("from a variable", entry.Origin);
    }

    [Fact]
    public void Of_KeysThatTheProgramSetsForItself_AreNotShown()
    {
        var config = new OwnSettings();
        var entry = Assert.Single(ConfigListing.Of(ConfigDocument.Parse("").Root, config));
        Assert.Equal("part.name", entry.Key);
    }

    private sealed class OwnSettings
    {
        [ConfigKey("part.name")]
        public string Name { get; set; } = "a";

        [ConfigKey("part._once")]
        public bool IsOnce { get; set; }

        [ConfigKey("part._reload.period")]
        public int Period { get; set; } = 5;
    }
}

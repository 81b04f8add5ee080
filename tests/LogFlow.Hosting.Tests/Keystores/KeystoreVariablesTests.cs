using LogFlow.Testing;

namespace LogFlow.Hosting.Tests;

/// <summary>Configuration files whose variables a keystore has.</summary>
public sealed class KeystoreVariablesTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("path.data: {0}", "sample.keystore")]
    [InlineData("keystore.path: {0}/other.keystore", "other.keystore")]
    [InlineData("path.data: ${{LOGFLOW_SURELY_UNSET:{0}}}", "sample.keystore")]
    public void Variable_OfTheKeystore_IsFound(string where, string file)
    {
        Save(file, ("KS_PASSWORD", "from the keystore"));
        var config = Load(string.Format(null, where, _folder.Path) + "\noutput.kafka.password: ${KS_PASSWORD}\n");
        Assert.Equal("from the keystore", config.Output.Password);
    }

    [Fact]
    public void Variable_OfBoth_IsTheKeystores()
    {
        Save("sample.keystore", ("PATH", "from the keystore"));
        var config = Load($"path.data: {_folder.Path}\nfields: {{a: '${{PATH}}', b: '${{HOME}}'}}\n");
        Assert.Equal("from the keystore", config.Fields["a"]);
        Assert.Equal(Environment.GetEnvironmentVariable("HOME"), config.Fields["b"]);
    }

    [Fact]
    public void Variable_OfNeither_KeepsDefaultAndMessage()
    {
        Save("sample.keystore", ("OTHER", "x"));
        Assert.Equal(
            "d", Load($"path.data: {_folder.Path}\nfields.a: ${{KS_NOT_THERE:d}}\n").Fields["a"]);
        var error = Assert.Throws<ConfigException>(
            () => Load($"path.data: {_folder.Path}\nfields.a: ${{KS_NOT_THERE:?say it}}\n"));
        Assert.Contains("KS_NOT_THERE is not set: say it", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ConfigException>(() => Load($"path.data: {_folder.Path}\nfields.a: ${{KS_NOT_THERE}}\n"));
        Assert.Contains("keystore add KS_NOT_THERE", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Who writes no variable needs neither the password nor the right to read it.</summary>
    [Fact]
    public void Keystore_ThatIsDamaged_MattersOnlyToVariables()
    {
        File.WriteAllText(_folder.File("sample.keystore"), "nonsense");
        File.SetUnixFileMode(_folder.File("sample.keystore"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(_folder.Path, Load($"path.data: {_folder.Path}\n").DataPath);
        var error = Assert.Throws<StartupException>(
            () => Load($"path.data: {_folder.Path}\nfields.a: ${{HOME}}\n"));
        Assert.Contains("is not a keystore of LogFlow", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_WhereverTheyStand_AreHidden()
    {
        Save("sample.keystore", ("KS_TOPSECRET", "x7-swordfish"), ("KS_SHORT", "q9"));
        var config = Load($$"""
            path.data: {{_folder.Path}}
            fields: {plain: '${KS_TOPSECRET}', inside: 'a ${KS_TOPSECRET} b', short: '${KS_SHORT}'}
            """);
        Assert.Equal("x7-swordfish", config.Fields["plain"]);

        var yaml = ConfigExporter.ToYaml(config);
        Assert.DoesNotContain("swordfish", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("q9", yaml, StringComparison.Ordinal);
        var error = Assert.Throws<ConfigException>(
            () => Load($"path.data: {_folder.Path}\noutput.kafka.enabled: ${{KS_TOPSECRET}}\n"));
        Assert.DoesNotContain("swordfish", error.Message, StringComparison.Ordinal);
        Assert.Equal(
            $"the server said {SecretText.Mask}: no",
            EntryText.Of("the server said x7-swordfish", new InvalidOperationException("no")));
        Assert.Equal("q9 is no secret inside others", SecretText.HideKnown("q9 is no secret inside others"));
    }

    private SampleConfig Load(string yaml)
    {
        var file = _folder.File("sample.yml");
        File.WriteAllText(file, yaml);
        var place = new KeystorePlace("sample", static text => text("path.data") ?? "/nowhere");
        return ConfigDocument.Load([file], [], [], dialect: null, place).Bind<SampleConfig>(out _);
    }

    private void Save(string file, params (string Name, string Value)[] entries)
    {
        var keystore = Keystore.Empty(_folder.File(file), "");
        foreach (var (name, value) in entries)
        {
            keystore.Set(name, value);
        }

        keystore.Save();
    }
}

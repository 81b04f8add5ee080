using LogFlow.Testing;

namespace LogFlow.Appliance.Tests;

/// <summary>
/// The reference that people read is the one that the code makes. LOGFLOW_WRITE_REFERENCE=1 writes it anew.
/// </summary>
public sealed class ReferenceTests
{
    [Fact]
    public void Configuration_IsWhatTheCodeSays()
    {
        var path = Path.Combine(SharedFolder.Repository, "deploy", "docs", "configuration.md");
        var made = new ConfigReference().Write();
        if (Environment.GetEnvironmentVariable("LOGFLOW_WRITE_REFERENCE") == "1")
        {
            File.WriteAllText(path, made);
        }

        Assert.True(
            File.Exists(path) && File.ReadAllText(path) == made,
            "deploy/docs/configuration.md is not what the code says: run this test with LOGFLOW_WRITE_REFERENCE=1");
    }
}

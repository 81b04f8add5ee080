using LogFlow.Testing;

namespace LogFlow.Processor.Tests;

/// <summary>What <c>setup</c> puts comes back from real servers as equal.</summary>
public sealed class SetupRealServerTests
{
    [RequiresFact(Requirement.Elasticsearch)]
    public async Task Elasticsearch_RealServer_HasAllAfterwards()
    {
        using var folder = new TempDirectory();
        await using var server = await RealServer.StartElasticsearchAsync(folder.Path);
        await VerifyAsync(server.Url, objects: 4);
    }

    [RequiresFact(Requirement.OpenSearch)]
    public async Task OpenSearch_RealServer_HasAllAfterwards()
    {
        using var folder = new TempDirectory();
        await using var server = await RealServer.StartOpenSearchAsync(folder.Path);
        await VerifyAsync(server.Url, objects: 3);
    }

    private static async Task VerifyAsync(Uri server, int objects)
    {
        var config = new ProcessorConfig();
        var before = await SetupCall.RunAsync(config, "--check", "--hosts", server.ToString());
        var put = await SetupCall.RunAsync(config, "--hosts", server.ToString());
        var check = await SetupCall.RunAsync(config, "--check", "--hosts", server.ToString());

        Assert.Equal((1, objects), (before.ExitCode, CountOf("missing", before.Output)));
        Assert.True(put.ExitCode == 0, put.Error);
        Assert.True(check.ExitCode == 0, check.Output + check.Error);
        Assert.Equal(objects, CountOf("there and equal", check.Output));
    }

    private static int CountOf(string part, string text) => text.Split(part).Length - 1;
}

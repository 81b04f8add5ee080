using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// Every kind of secret that a configuration can hold, in one process that cannot reach what they are for: none of them
/// is in its command line, its log, its pages, its metrics, its errors or its files.
/// </summary>
public sealed class SecretsTests : IDisposable
{
    private const string Admin = "swordfish-of-the-admin";

    private static readonly string[] Secrets =
    [
        Admin, "swordfish-of-the-queue", "swordfish-of-elasticsearch", "swordfish-of-a-url", "swordfish-of-the-key",
        "swordfish-of-the-keystore", "swordfish-in-the-pipeline",
        "swordfish-of-a-hook", "swordfish-of-a-header", "swordfish-of-the-mail",
    ];

    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Secrets_OfARunningUp_AreNowhere()
    {
        var (data, config) = (_folder.File("data"), _folder.File("logflow.yml"));
        await File.WriteAllTextAsync(_folder.File("app.log"), "a line\n");
        await File.WriteAllTextAsync(config, Configuration());
        await FillKeystoreAsync(data);
        await using var up = UpProcess.Start(
            data, _folder.File("app.log"), Variables(), "-c", config, "-E", "logging.level=debug");
        await up.WaitForLineAsync("logflow search");

        // The outage of Elasticsearch is said with its address.
        await Eventually.TrueAsync(
            () => up.Output.Contains("takes nothing", StringComparison.Ordinal), "the outage to be said");
        await Eventually.TrueAsync(
            () => up.Output.Contains("Action 'webhook", StringComparison.Ordinal)
                && up.Output.Contains("Action 'email", StringComparison.Ordinal),
            "the alert's actions to fail");
        AssertClean("the command line", await File.ReadAllTextAsync($"/proc/{up.Id}/cmdline"));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{Admin}")));
        var console = LogFlowProcess.ReadEndpoints(data)["console"]!.ToString();
        foreach (var page in (string[])
            ["/status", "/metrics", "/health/ready", "/api/config", "/api/try", "/api/pipeline", "/api/health"])
        {
            // Not ready, rightly: the answer says what is wrong.
            using var answer = await http.GetAsync(new Uri(console + page));
            Assert.NotEqual(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.NotEqual(HttpStatusCode.Unauthorized, answer.StatusCode);
            AssertClean(page, await answer.Content.ReadAsStringAsync());
        }

        await up.StopAsync();
        AssertClean("the log", up.Output);
        foreach (var file in Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories))
        {
            AssertClean(file, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));
        }
    }

    [Theory]
    [InlineData("export", "")]
    [InlineData("test", "")]
    [InlineData("test", "store.securty.enabled: true\n")]
    [InlineData("test", "console.port: ${KS_VALUE}\n")]
    [InlineData("test", "queue.listeners: [\"${KS_VALUE}\"]\n")]
    [InlineData("test", "  - a mistake: [\n")]
    [InlineData("test", "store.security.initial_users: swordfish-of-the-admin\n")]
    [InlineData("test", "store.security.initial_users:\n  - swordfish-of-the-admin\n")]
    [InlineData("test", "store.security.initial_users:\n  - name: swordfish-of-the-admin\n")]
    [InlineData("test", "queue.sasl.initial.users: swordfish-of-the-queue\n")]
    [InlineData("test", "processor.output.elasticsearch.password: [swordfish-of-elasticsearch]\n")]
    [InlineData("test", "alerts: [{name: a, actions: [{webhook.url: ftp://swordfish-of-a-hook}]}]\n")]
    [InlineData("test", "processor.output.elasticsearch.hosts: http://elastic:swordfish-of-a-url@\n")]
    public async Task Secrets_InWhatIsPrintedOfAConfiguration_AreMasked(string command, string mistake)
    {
        var config = _folder.File("logflow.yml");
        await File.WriteAllTextAsync(config, Configuration() + mistake);
        await FillKeystoreAsync(_folder.File("data"));
        await using var run = LogFlowProcess.Start(
            "logflow", [command, "config", "-c", config, "-E", "path.data=" + _folder.File("data")], Variables());
        await run.WaitForExitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(mistake.Length == 0 ? 0 : 2, run.ExitCode);
        AssertClean($"{command} config", run.Output);
    }

    private static void AssertClean(string where, string text) => Assert.All(
        Secrets,
        secret => Assert.False(
            text.Contains(secret, StringComparison.Ordinal), $"{where} shows {secret}:\n{text}"));

    private static Dictionary<string, string> Variables() => new() { ["URL_PASSWORD"] = "swordfish-of-a-url" };

    private static async Task FillKeystoreAsync(string data)
    {
        foreach (var (name, value) in ((string, string)[])
            [("KS_VALUE", "swordfish-of-the-keystore"), ("KS_INDEX", "swordfish-in-the-pipeline")])
        {
            await using var add = LogFlowProcess.StartInShell(
                $"printf %s {value} | \"$@\"", "logflow", "keystore", "add", name, "--stdin", "--data", data);
            await add.WaitForExitAsync(TimeSpan.FromMinutes(2));
            Assert.Equal(0, add.ExitCode);
            AssertClean("keystore add", add.Output);
        }
    }

    private string Configuration()
    {
        var pipeline = _folder.File("pipeline.conf");
        File.WriteAllText(pipeline, """
            output {
              elasticsearch {
                hosts => "http://elastic:${URL_PASSWORD}@127.0.0.1:1"
                index => "${KS_INDEX}"
                api_key => "id:swordfish-of-the-key"
              }
            }
            """);
        return $$"""
            processor.path.config: {{pipeline}}
            processor.output.elasticsearch.password: swordfish-of-elasticsearch
            queue.sasl.initial.users: ["alice:swordfish-of-the-queue"]
            store.security.initial_users: ["admin:{{Admin}}"]
            alerts:
              - name: silence
                below: 1000000
                interval: 1s
                delay: 0s
                actions:
                  - webhook.url: "http://127.0.0.1:1/services/swordfish-of-a-hook"
                    webhook.headers.X-Token: swordfish-of-a-header
                  - email.to: ["ops@example.com"]
            smtp.host: 127.0.0.1
            smtp.port: 1
            smtp.from: logflow@example.com
            smtp.username: logflow
            smtp.password: swordfish-of-the-mail
            agent.fields.from: ${KS_VALUE}
            agent.fields.within: a ${KS_VALUE} b

            """;
    }
}

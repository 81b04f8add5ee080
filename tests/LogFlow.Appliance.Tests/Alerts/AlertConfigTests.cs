using LogFlow.Hosting;
using LogFlow.Testing;

namespace LogFlow.Appliance.Tests;

/// <summary>What is wrong with a configuration of alerts is said before they run; secrets are never said.</summary>
public sealed class AlertConfigTests : IDisposable
{
    private const string Url = "https://hooks.example.com/services/swordfish-of-the-path";

    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("name: a", "needs either 'above' or 'below'")]
    [InlineData("name: a, above: 1, below: 2", "needs either 'above' or 'below'")]
    [InlineData("above: 1", "alerts[0].name: must name the alert")]
    [InlineData("name: a, below: 0", "alerts[0].below: takes 1 line or more")]
    [InlineData("name: a, above: 1, window: 30s", "lines between two windows would never be counted")]
    [InlineData("name: a, above: 1, intervall: 1m",
        "unknown key 'alerts[0].intervall'; did you mean 'alerts[0].interval'?")]
    [InlineData("name: a, above: 1, actions: [{}]", "exactly one of 'webhook', 'exec' and 'email'")]
    [InlineData("name: a, above: 1, actions: [{exec.command: [x], webhook.url: http://x}]", "exactly one of")]
    [InlineData("name: a, above: 1, actions: [{webhook: {uri: http://x}}]",
        "did you mean 'alerts[0].actions[0].webhook.url'?")]
    [InlineData("name: a, above: 1, actions: [{webhook.url: ftp://x}]", "begins with http:// or https://")]
    [InlineData("name: a, above: 1, actions: [{webhook: {url: http://x, headers: {\"a b\": c}}}]",
        "'a b' is no header")]
    [InlineData("name: a, above: 1, actions: [{exec.command: []}]", "takes a program and its arguments")]
    [InlineData("name: a, above: 1, actions: [{email.to: [nobody at all]}]", "'nobody at all' is no mail address")]
    [InlineData("name: a, above: 1, actions: [{email.to: [a@b.c]}]", "'a' sends mails, and smtp.host names no server")]
    [InlineData("name: a, above: 1}, {name: a, below: 1", "'a' is the name of 2 alerts")]
    public void Bind_Mistake_IsNamed(string alert, string expected)
    {
        var error = Assert.Throws<ConfigException>(() => Bind($"alerts: [{{{alert}}}]"));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("smtp: {host: m, username: u, from: a@b.c}", "smtp.username: has nothing to log in with")]
    [InlineData("smtp: {host: m, username: u, password: p, from: a@b.c, security: none}", "in clear")]
    [InlineData("smtp: {host: m}", "smtp.from: must name the sender")]
    [InlineData("smtp: {host: m, from: a@b.c, security: ssl}", "one of starttls, tls, none")]
    [InlineData("console.public_url: logs.example.com", "takes an address")]
    [InlineData("alerts: [{name: a, above: 1}]\nstore.enabled: false\nprocessor.enabled: false", "need a store to ask")]
    public void Bind_MistakeBeside_IsNamed(string text, string expected)
    {
        var error = Assert.Throws<ConfigException>(() => Bind(text));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Export_AndConfig_AndErrors_ShowNoSecret()
    {
        var text = $$$"""
            alerts:
              - name: a
                above: 1
                actions:
                  - webhook: {url: {{{Url}}}, headers: {X-Key: swordfish-of-the-header}}
            smtp: {host: m, from: a@b.c, username: u, password: swordfish-of-the-mail}

            """;
        var document = Load(text);
        var config = document.Bind<UpConfig>(out var host);
        var shown = ConfigExporter.ToYaml(config, host)
            + UpConfigListing.Of(document, config, host, new Dictionary<string, string>())
            + Assert.Throws<ConfigException>(() => Bind(text.Replace("url:", "timeout: 0s, url:"))).Message
            + Assert.Throws<ConfigException>(() => Bind(
                $"alerts:\n  - actions:\n      - webhook:\n          url: {Url.Replace("https", "ftp")}\n")).Message
            + Assert.Throws<ConfigException>(() => ConfigDocument.Load(
                [], [$"alerts=[{{name: a, above: 1, actions: [{{webhook: {{url: \"{Url}\", timeout: 0s}}}}]}}]"])
                .Bind<UpConfig>(out _)).Message;
        Assert.DoesNotContain("swordfish", shown, StringComparison.Ordinal);
        Assert.Contains("********", shown, StringComparison.Ordinal);
        Assert.Equal(Url, config.Alerts[0].Actions[0].Webhook!.Url);
    }

    private UpConfig Bind(string text) => Load(text).Bind<UpConfig>(out _);

    private ConfigDocument Load(string text)
    {
        File.WriteAllText(_folder.File("logflow.yml"), text);
        return ConfigDocument.Load([_folder.File("logflow.yml")], []);
    }
}

namespace LogFlow.Hosting.Tests;

public class SecretTextTests
{
    [Theory]
    [InlineData("http://user:hunter2@host:9200", "http://user:********@host:9200")]
    [InlineData("http://host:9200/a@b", "http://host:9200/a@b")]
    [InlineData("PLAINTEXT://127.0.0.1:9092", "PLAINTEXT://127.0.0.1:9092")]
    [InlineData("output { elasticsearch { password => \"hun\\\"ter2\" user => \"me\" } }",
        "output { elasticsearch { password => \"********\" user => \"me\" } }")]
    [InlineData("api_key => 'id:key'", "api_key => '********'")]
    [InlineData("  ssl.key_passphrase: hunter2", "  ssl.key_passphrase: ********")]
    [InlineData("-E security.initial_users=[\"a:b\", c:d]", "-E security.initial_users=********")]
    [InlineData("sasl.initial.users: alice:hunter2", "sasl.initial.users: ********")]
    [InlineData("-E output.elasticsearch.password=hunter2", "-E output.elasticsearch.password=********")]
    [InlineData("headers => { \"Authorization\" => \"Bearer x.y\" }",
        "headers => { \"Authorization\" => \"********\" }")]
    [InlineData("- webhook: {url: \"https://a/hunter2\", headers: {X: hunter3}}", "- webhook: ********")]
    [InlineData("- webhook.url: https://a/hunter2", "- webhook.url: ********")]
    [InlineData("- webhook.headers.X-Key: hunter2", "- webhook.headers.X-Key: ********")]
    [InlineData("the password is wrong", "the password is wrong")]
    public void Hide_TextWithSecrets_LeavesTheRest(string text, string expected) =>
        Assert.Equal(expected, SecretText.Hide(text));

    [Fact]
    public void Export_SecretsAnywhere_AreMasked()
    {
        var config = new SampleConfig { Fields = { ["token"] = "hunter2", ["site"] = "http://a:hunter2@b" } };
        config.Output.Password = "hunter2";
        config.Output.Hosts = ["https://elastic:hunter2@es:9200"];

        var yaml = ConfigExporter.ToYaml(config);

        Assert.DoesNotContain("hunter2", yaml, StringComparison.Ordinal);
        Assert.Contains("https://elastic:********@es:9200", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_ErrorOnALineWithASecret_DoesNotPrintIt()
    {
        var error = Assert.Throws<ConfigException>(
            () => ConfigDocument.Parse("output.kafka.password: [hunter2, hunter3]\n").Bind<SampleConfig>());

        Assert.DoesNotContain("hunter", error.Message, StringComparison.Ordinal);
        Assert.Contains("output.kafka.password: ********", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("- pipeline.id: main\n", "the file is a list")]
    [InlineData("just some text\n", "holds text and no keys")]
    public void Parse_NoKeysAtTheTop_IsRefused(string yaml, string expected)
    {
        var error = Assert.Throws<ConfigException>(() => ConfigDocument.Parse(yaml));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}

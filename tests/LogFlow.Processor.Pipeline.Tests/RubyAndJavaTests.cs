using System.Text;

namespace LogFlow.Processor.Pipeline.Tests;

/// <summary>
/// What the plugins' public sources and their own examples say, where no vector does: hashes, patterns, numbers,
/// charsets.
/// </summary>
public sealed class RubyAndJavaTests
{
    /// <summary>Results of the plugin's own examples, and of its canonical text of maps and lists.</summary>
    [Theory]
    [InlineData("""method => "MURMUR3" source => "a" """, """{"a":123}""", "823512154")]
    [InlineData("""method => "MURMUR3" source => "@timestamp" """, """{"@timestamp":"1970-01-01T00:00:00.000Z"}""",
        "743372282")]
    [InlineData("concatenate_all_fields => true",
        """
        {"@timestamp":"2017-07-26T14:44:27.064Z","clientip":"123.123.123.123","log_level":"INFO","offset":123456789,
        "message":"This is a test message","type":"test"}
        """, "\"cbf022518e97860403160ed8a41847c0db104e63\"")]
    [InlineData("""method => "PUNCTUATION" source => "a" """, """{"a":"Größe: 5 €, „x“ _ok_"}""", "\":€,„“__\"")]
    public void Fingerprint_IsThePlugins(string options, string json, string expected) =>
        Assert.Contains($"\"fingerprint\":{expected}", Run($"fingerprint {{ {options} }}", json));

    [Theory]
    [InlineData("""{"a":{"y":[1,{"n":2}],"x":"v"}}""", """{"a":"x|v|y|1|n|2"}""")]
    [InlineData("""{"a":["p",["q","r"]]}""", """{"a":["p","q|r"]}""")]
    public void Fingerprint_OfAMapOrList_IsThatOfWhatItHolds(string json, string text)
    {
        const string filter = """fingerprint { source => "a" method => "MD5" } mutate { remove_field => "a" }""";
        Assert.Equal(Run(filter, Dated(text)), Run(filter, Dated(json)));
    }

    [Fact]
    public void Fingerprint_SourcesTogether_WhatIsMissingIsEmpty()
    {
        const string together = """fingerprint { source => ["b", "a"] concatenate_sources => true method => "MD5" }""";
        const string alone = """fingerprint { source => "a" method => "MD5" }""";
        Assert.Equal(
            FingerprintOf(Run(alone, """{"a":"|a|1|b||"}""")), FingerprintOf(Run(together, """{"a":1}""")));
    }

    /// <summary>Integers are hashed as 32 bits only by the method of 128 bits, and only where they fit them.</summary>
    [Theory]
    [InlineData("MURMUR3", 1L << 31, 1L << 31 | 1L << 32, false)]
    [InlineData("MURMUR3_128", 5, 5, true)]
    public void Fingerprint_OfIntegers_TakesAllTheirBits(string method, long first, long second, bool isSame)
    {
        var filter = $$"""fingerprint { source => "a" method => "{{method}}" }""";
        Assert.Equal(
            isSame,
            FingerprintOf(Run(filter, $"{{\"a\":{first}}}")) == FingerprintOf(Run(filter, $"{{\"a\":{second}}}")));
    }

    [Theory]
    [InlineData("1e21", "1.0E21")]
    [InlineData("12345678.5", "1.23456785E7")]
    [InlineData("1e7", "1.0E7")]
    [InlineData("9999999.5", "9999999.5")]
    [InlineData("0.001", "0.001")]
    [InlineData("0.00012", "1.2E-4")]
    [InlineData("-2.5e-10", "-2.5E-10")]
    [InlineData("[1.5,1e8]", "1.5,1.0E8")]
    [InlineData("12345678", "12345678")]
    public void Sprintf_OfAFloat_IsJavas(string number, string expected) => Assert.Contains(
        $"\"s\":\"{expected}\"",
        Run("""mutate { add_field => { "s" => "%{n}" } }""", $"{{\"n\":{number}}}"));

    [Theory]
    [InlineData("""mutate { uppercase => "a" }""", """{"a":"straße ﬁn"}""", "\"a\":\"STRASSE FIN\"")]
    [InlineData("""mutate { merge => { "m" => "a" } }""", """{"a":{"x":1},"m":{"y":2}}""", "\"m\":{\"y\":2,\"x\":1}")]
    public void Mutate_DoesAsRuby(string filter, string json, string part) => Assert.Contains(part, Run(filter, json));

    [Theory]
    [InlineData("""{"a":{"x":1}}""")]
    [InlineData("""{"a":{"x":1},"m":["y"]}""")]
    public void Merge_OfAMapIntoWhatIsNone_DoesNothing(string json) => Assert.Equal(
        Run("", Dated(json)), Run("""mutate { merge => { "m" => "a" } }""", Dated(json)));

    [Theory]
    [InlineData("BACULA_LOGLINE", "11-Jan 11:55 host-dir JobId 3 Start Backup JobId 3, Job=x.y", false,
        "\"jobid\":\"3\"")]
    [InlineData("RAILS3PROFILE", "(Views: 3.5ms | ActiveRecord: 0.5ms", true, "\"view\":3.5")]
    [InlineData("CISCOFW106100", "access-list a permitted tcp in/10.0.0.1(1) -> out/10.0.0.2(2) hit-cnt 1 first hit "
        + "[0x1, 0x2]", true, "\"hit_count\":1")]
    [InlineData("CISCOFW106100_2_3", "access-list a denied udp for user 'u' in/10.0.0.1(1) -> out/10.0.0.2(2) "
        + "hit-cnt 7 300-second interval [0x1, 0x2]", true, "\"interval\":300")]
    [InlineData("BRO_CONN", "1.5\tC1\t10.0.0.1\t1\t10.0.0.2\t2\ttcp\t-\t-\t-\t-\tS0\t-\tT\t0\tS\t1\t2\t0\t0\t(empty)",
        true, "\"local_resp\":\"T\"")]
    [InlineData("BRO_CONN", "1.5\tC1\t10.0.0.1\t1\t10.0.0.2\t2\ttcp\t-\t-\t-\t-\tS0\t-\t0\tS\t1\t2\t0\t0\t(empty)",
        true, "\"history\":\"S\"")]
    [InlineData("CLOUDFRONT_ACCESS_LOG", "2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td1.cloudfront.net\t"
        + "/index.html\t200\t-\tMozilla/5.0 (X11; Linux)\t-\t-\tHit\tSOX4==\td1.cloudfront.net\thttps\t23\t0.001\t-\t"
        + "TLSv1.2\tECDHE\tHit\tHTTP/2.0\t-\t-\t11040\t0.001\tHit\ttext/html\t78\t-\t-", true,
        "\"x_edge_detailed_result_type\":\"Hit\"")]
    public void Pattern_OfTheLibrary_CapturesWhatThePublicOneDoes(string name, string line, bool isEcs, string part)
    {
        var json = $"{{\"message\":{System.Text.Json.JsonSerializer.Serialize(line)}}}";
        Assert.Contains(part, Run(
            $$"""grok { match => { "message" => "^%{{{name}}}$" } }""", json,
            new PipelineOptions { IsEcs = isEcs }));
    }

    [Fact]
    public void UnnamedCaptures_AreThoseOfPublicNames()
    {
        var all = Run(
            """grok { named_captures_only => false match => { "message" => "%{COMMONAPACHELOG}" } }""",
            """{"message":"1.2.3.4 - - [20/Nov/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 5"}""");
        Assert.Contains("\"MONTHDAY\":\"20\"", all);
        Assert.DoesNotContain("LF_", all);
    }

    [Theory]
    [InlineData("ISO-8859-1", "iso-8859-1", "Größe")]
    [InlineData("CP1252", "windows-1252", "5 € „x“")]
    [InlineData("UTF-16LE", "utf-16le", "{日本}")]
    [InlineData("Shift_JIS", "shift_jis", "日本")]
    [InlineData("BINARY", "iso-8859-1", "ÿ")]
    public void Charset_IsReadAndWritten(string charset, string dotnet, string text)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(dotnet) ?? Encoding.GetEncoding(dotnet);
        var codec = Codec($"plain {{ charset => \"{charset}\" format => \"%{{message}}\" }}");
        var batch = new PipelineBatch();
        codec.Decode(encoding.GetBytes(text), default, batch);
        Assert.Equal(text, Assert.Single(batch.Events).Get(FieldReference.Message).ToText());

        var written = new System.Buffers.ArrayBufferWriter<byte>();
        codec.Encode(batch.Events[0], written);
        Assert.Equal(encoding.GetBytes(text), written.WrittenSpan.ToArray());
    }

    [Fact]
    public void Charset_OfJsonLines_IsReadBeforeTheyAreCut()
    {
        var batch = new PipelineBatch();
        Codec("json_lines { charset => \"UTF-16BE\" target => \"[a][b]\" }").Decode(
            Encoding.BigEndianUnicode.GetBytes("{\"x\":\"ü\"}\n[{\"x\":2}]\n"), default, batch);
        Assert.Equal(
            ["ü", "2"], batch.Events.Select(static one => one.Get(FieldReference.Parse("[a][b][x]")).ToText()));
    }

    [Fact]
    public void Charset_ThatIsNone_IsAMistakeThatNamesIt()
    {
        var error = Assert.Throws<PipelineSyntaxException>(() => Codec("plain { charset => \"klingon\" }"));
        Assert.Contains("'klingon'", error.Message);
    }

    private static string FingerprintOf(string json) =>
        System.Text.Json.Nodes.JsonNode.Parse(json)!["fingerprint"]!.ToJsonString();

    private static string Dated(string json) =>
        json.Insert(1, "\"@timestamp\":\"2026-12-01T00:00:00.000Z\",");

    private static ICodec Codec(string text)
    {
        var pipeline = CompiledPipeline.Load(
            [new PipelineSource("test", $"input {{ any {{ codec => {text} }} }}")], new PipelineOptions(),
            PluginRegistry.CreateDefault().Add(new PluginSpec(PluginKind.Input, "any")));
        return pipeline.CreateCodec(pipeline.Inputs[0], "plain");
    }

    private static string Run(string filter, string json, PipelineOptions? options = null)
    {
        var pipeline = CompiledPipeline.Load(
            [new PipelineSource("test", $"filter {{ {filter} }}")], options ?? new PipelineOptions { IsEcs = false },
            PluginRegistry.CreateDefault());
        var batch = new PipelineBatch();
        batch.Events.Add(Event.FromJson(Encoding.UTF8.GetBytes(json), default));
        pipeline.CreateWorker().Filter(batch);
        return Assert.Single(batch.Events).ToString();
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LogFlow.Testing;
using static LogFlow.Processor.Tests.DefaultPipeline;

namespace LogFlow.Processor.Tests;

public sealed partial class DefaultPipelineTests
{
    private readonly DefaultPipeline _pipeline = new();

    [RequiresFact(Requirement.Shared)]
    public void AccessLog_EveryLine_HasClientTimeRequestAndStatus()
    {
        var notFound = 0;
        foreach (var line in Lines("apache_access.log"))
        {
            var item = _pipeline.Run(line, "/var/log/apache2/access.log");
            var client = line[..line.IndexOf(' ')];
            Assert.Equal(client, Text(item, "source.address"));
            Assert.Equal("apache.access", Text(item, "event.dataset"));
            var time = DateTimeOffset.ParseExact(
                TimeInBrackets().Match(line).Groups[1].Value, "dd/MMM/yyyy:HH:mm:ss zzz", CultureInfo.InvariantCulture);
            Assert.Equal(time, DateTimeOffset.Parse(Text(item, "@timestamp")!, CultureInfo.InvariantCulture));
            Assert.True(
                Text(item, "http.request.method") is not null || Text(item, "http.request.line") is not null, line);
            var status = Find(item, "http.response.status_code")!.Value;
            Assert.Equal(JsonValueKind.Number, status.ValueKind);
            notFound += status.GetInt32() == 404 ? 1 : 0;
            Assert.Null(Find(item, "tags"));
        }

        Assert.Equal(213, notFound);
    }

    [RequiresTheory(Requirement.Shared)]
    [InlineData("auth.log", "system.auth")]
    [InlineData("openssh.log", "system.syslog")]
    [InlineData("linux.log", "system.syslog")]
    public void Syslog_EveryLine_HasTimeHostAndProcess(string file, string dataset)
    {
        foreach (var line in Lines(file))
        {
            var item = _pipeline.Run(line, $"/var/log/{file}");
            Assert.Equal(dataset, Text(item, "event.dataset"));
            var host = line[16..].Split(' ')[0];
            Assert.Equal(host, Text(item, "host.hostname"));
            var time = DateTimeOffset.Parse(Text(item, "@timestamp")!, CultureInfo.InvariantCulture);
            Assert.Equal(line[..15], $"{time:MMM} {time.Day,2} {time:HH:mm:ss}");
            Assert.NotEqual("2026-01-02T03:04:05.678Z", Text(item, "@timestamp"));
            var tag = line[(16 + host.Length)..].TrimStart();
            var process = ProcessInTag().Match(tag);
            Assert.True(process.Success, line);
            Assert.Equal(process.Groups[1].Value, Text(item, "process.name"));
            Assert.Equal(process.Groups[2].Success ? process.Groups[2].Value : null, Text(item, "process.pid"));
            Assert.Null(Find(item, "tags"));
        }
    }

    [RequiresTheory(Requirement.Shared)]
    [InlineData("hadoop.log")]
    [InlineData("zookeeper.log")]
    [InlineData("spark.log")]
    public void Log4j_EveryLine_HasTimeLevelAndLogger(string file)
    {
        foreach (var line in Lines(file))
        {
            var item = _pipeline.Run(line, $"/var/log/{file}");
            Assert.Equal("log4j", Text(item, "event.dataset"));
            Assert.True(Text(item, "log.level") is "info" or "warn" or "error" or "fatal", line);
            Assert.True(Text(item, "log.logger") is { Length: > 2 }, line);
            Assert.StartsWith("20", Text(item, "@timestamp"));
            Assert.DoesNotContain("2026", Text(item, "@timestamp"));
            Assert.Null(Find(item, "tags"));
        }
    }

    [RequiresFact(Requirement.Shared)]
    public void ApacheErrorLog_EveryLine_HasTimeAndLevel()
    {
        foreach (var line in Lines("apache_error.log"))
        {
            var item = _pipeline.Run(line, "/var/log/apache2/error.log");
            Assert.Equal("apache.error", Text(item, "event.dataset"));
            Assert.True(Text(item, "log.level") is "notice" or "error" or "warn", line);
            Assert.StartsWith("2005-12-", Text(item, "@timestamp"));
            Assert.Equal(
                line.Contains("[client ", StringComparison.Ordinal), Text(item, "source.ip") is not null);
        }
    }

    [Theory]
    [InlineData(
        "\"GET /a HTTP/1.0\" 200 -", "http.response.status_code=200;http.version=1.0;http.response.body.bytes=")]
    [InlineData("\"-\" 408 -", "http.request.line=-;http.request.method=;http.response.status_code=408")]
    [InlineData("\"\\x16\\x03\\x01\" 400 226 \"-\" \"-\"", "http.request.line=\\x16\\x03\\x01;user_agent.original=")]
    [InlineData("\"GET /a b HTTP/1.1\" 404 12", "http.request.line=GET /a b HTTP/1.1;http.response.body.bytes=12")]
    [InlineData("\"GET /a\\\"b HTTP/1.1\" 404 12", "http.request.line=GET /a\\\"b HTTP/1.1")]
    [InlineData("\"POST /x HTTP/2.0\" 201 5 \"http://r/\" \"UA \\\"q\\\" 1\"",
        "user_agent.original=UA \\\"q\\\" 1;http.request.referrer=http://r/")]
    [InlineData("\"GET /a HTTP/1.1\" 200 1 \"-\" \"cut off", "user_agent.original=cut off;url.original=/a")]
    public void AccessLine_Unusual_IsStillRead(string request, string expected)
    {
        var item = _pipeline.Run($"2001:db8::1 - frank [10/Oct/2000:13:55:36 -0700] {request}");

        Assert.Equal("2001:db8::1", Text(item, "source.ip"));
        Assert.Equal("frank", Text(item, "user.name"));
        Assert.Equal("2000-10-10T20:55:36.000Z", Text(item, "@timestamp"));
        Verify(item, expected);
    }

    [Theory]
    [InlineData(
        "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 77 ID47 [x@32473 iut=\"3\"] An event",
        "event.dataset=system.syslog;host.hostname=mymachine.example.com;process.name=evntslog;process.pid=77;"
        + "log.syslog.msgid=ID47;log.syslog.priority=165;@timestamp=2003-10-11T22:14:15.003Z")]
    [InlineData(
        "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick",
        "event.dataset=system.syslog;host.hostname=mymachine;process.name=su;log.syslog.priority=34")]
    [InlineData(
        "2024-01-05T12:34:56.123456+01:00 web1 CRON[4711]: pam_unix(cron:session): session opened",
        "event.dataset=system.syslog;host.hostname=web1;process.name=CRON;process.pid=4711;"
        + "@timestamp=2024-01-05T11:34:56.123456Z")]
    [InlineData(
        "[Wed Oct 11 14:32:52.123456 2023] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187:5000] No file",
        "event.dataset=apache.error;log.level=error;process.pid=35708;source.ip=72.15.99.187;"
        + "source.port=5000;apache.error.module=core")]
    [InlineData(
        "2023/10/11 14:32:52 [error] 123#456: *1 open() \"/x\" failed, client: 10.0.0.1, server: _",
        "event.dataset=nginx.error;log.level=error;process.pid=123;source.address=10.0.0.1;"
        + "@timestamp=2023-10-11T14:32:52.000Z")]
    [InlineData(
        "2025-01-05 12:34:56 status installed libc6:amd64 2.36-9+deb12u9",
        "event.dataset=dpkg;event.action=status;package.name=libc6;package.version=2.36-9+deb12u9;"
        + "@timestamp=2025-01-05T12:34:56.000Z")]
    [InlineData(
        "2025-01-05 12:34:56 upgrade openssl:amd64 3.0.14-1 3.0.15-1",
        "event.dataset=dpkg;event.action=upgrade;package.name=openssl;package.version=3.0.15-1")]
    [InlineData(
        "2025-01-05 12:34:56 startup archives unpack", "event.dataset=dpkg;event.action=startup;package.name=")]
    [InlineData(
        "{\"time\":\"2025-01-05T12:34:56.5Z\",\"level\":\"WARN\",\"msg\":\"disk\",\"n\":3}",
        "event.dataset=json;log.level=warn;json.msg=disk;json.n=3;@timestamp=2025-01-05T12:34:56.500Z")]
    [InlineData("{\"broken\": ", "event.dataset=generic;json=")]
    [InlineData("{not json}", "event.dataset=generic;json=;tags=")]
    [InlineData(
        "2024-03-01 10:00:00.123  INFO 4711 --- [main] o.s.b.w.e.tomcat.TomcatWebServer  : Tomcat started",
        "event.dataset=log4j;log.level=info;log.logger=o.s.b.w.e.tomcat.TomcatWebServer;process.pid=4711;"
        + "process.thread.name=main")]
    [InlineData(
        "[2024-03-01T10:00:00Z] WARN something",
        "event.dataset=generic;log.level=warn;@timestamp=2024-03-01T10:00:00.000Z")]
    [InlineData("just a line", "event.dataset=generic;@timestamp=2026-01-02T03:04:05.678Z;tags=")]
    [InlineData("", "event.dataset=generic")]
    [InlineData("\tat java.lang.Thread.run(Thread.java:745)", "event.dataset=generic;tags=")]
    public void Line_OfAKnownFormat_IsRecognised(string line, string expected) => Verify(_pipeline.Run(line), expected);

    [Fact]
    public void Path_OfNginx_NamesTheDataset() => Verify(
        _pipeline.Run("1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 1", "/var/log/nginx/access.log"),
        "event.dataset=nginx.access;source.ip=1.2.3.4");

    [Theory]
    [InlineData("2026-01-03T00:00:00Z", "Dec 31 23:59:59", "2025-12-31T23:59:59.000Z")]
    [InlineData("2026-06-03T00:00:00Z", "Jun  2 01:02:03", "2026-06-02T01:02:03.000Z")]
    public void Syslog_WithoutYear_GetsTheNearestPast(string now, string time, string expected) => Assert.Equal(
        expected,
        Text(
            new DefaultPipeline(DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)).Run($"{time} host app: x"),
            "@timestamp"));

    [RequiresFact(Requirement.Shared)]
    public void Lines_CutAnywhere_NeverFail()
    {
        var random = new Random(11);
        string[] files =
        [
            "apache_access.log", "auth.log", "hadoop.log", "zookeeper.log", "apache_error.log", "spark.log",
            "linux.log",
        ];
        foreach (var file in files)
        {
            foreach (var line in Lines(file).Where(_ => random.Next(20) == 0))
            {
                _pipeline.Run(line[..random.Next(line.Length)]);
            }
        }
    }

    private static void Verify(JsonElement item, string expected)
    {
        foreach (var pair in expected.Split(';'))
        {
            var equals = pair.IndexOf('=');
            Assert.Equal(
                (pair[..equals], equals == pair.Length - 1 ? null : pair[(equals + 1)..]),
                (pair[..equals], Text(item, pair[..equals])));
        }
    }

    [GeneratedRegex(@"\[([^\]]+)\]")]
    private static partial Regex TimeInBrackets();

    [GeneratedRegex(@"^(?:-- )?([^\s:\[(]+)(?:\([^)]*\))?(?:\[(\d+)\])?(?: [\d.]+)?:")]
    private static partial Regex ProcessInTag();
}

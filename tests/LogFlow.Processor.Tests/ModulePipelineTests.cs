using System.Text.Json;
using static LogFlow.Processor.Tests.DefaultPipeline;

namespace LogFlow.Processor.Tests;

/// <summary>
/// Lines as the programs write them, which a module of the agent has named: every field is where ECS has it.
/// </summary>
public sealed class ModulePipelineTests
{
    private readonly DefaultPipeline _pipeline = new();

    public static TheoryData<string, string, string, string> Cases => new TheoryData<string, string, string, string>
    {
        {
            "mysql.error",
            "2024-03-01T12:00:00.123456Z 8 [Warning] [MY-010055] [Server] IP address '10.0.0.5' could not be resolved",
            "2024-03-01T12:00:00.123Z",
            "log.level=warning mysql.thread_id=8 event.code=MY-010055 event.provider=Server"
        },
        {
            "mysql.error", "240301 12:00:00 [Note] Plugin 'FEDERATED' is disabled.", "2024-03-01T12:00:00.000Z",
            "log.level=note"
        },
        {
            "mysql.slowlog",
            "# User@Host: app[app] @ web [10.0.0.5]  Id:     7\n# Query_time: 2.500000  Lock_time: 0.100000 Rows_sent: "
            + "1  Rows_examined: 90000\nSET timestamp=1709294400;\nSELECT *\nFROM orders;",
            "2024-03-01T12:00:00.000Z",
            "user.name=app source.domain=web source.ip=10.0.0.5 mysql.thread_id=7 mysql.slowlog.query_time=2.5 "
            + "mysql.slowlog.lock_time=0.1 mysql.slowlog.rows_sent=1 mysql.slowlog.rows_examined=90000"
        },
        {
            "postgresql.log",
            "2024-03-01 12:00:00.123 UTC [4711] app@shop LOG:  duration: 3.250 ms  statement: SELECT 1",
            "2024-03-01T12:00:00.123Z",
            "log.level=log process.pid=4711 user.name=app postgresql.log.database=shop postgresql.log.duration=3.25"
        },
        {
            "redis.log", "4711:M 01 Mar 2024 12:00:00.123 * Ready to accept connections", "2024-03-01T12:00:00.123Z",
            "process.pid=4711 redis.log.role=primary log.level=notice"
        },
        {
            "haproxy.log",
            "Mar  1 12:00:00 lb haproxy[4711]: 10.0.1.2:33317 [01/Mar/2024:12:00:00.655] web app/srv1 10/0/30/69/109 "
            + "200 2750 - - ---- 1/1/1/1/0 0/0 {shop.example} {} \"GET /index.html HTTP/1.1\"",
            "2024-03-01T12:00:00.655Z",
            "source.address=10.0.1.2 source.port=33317 haproxy.frontend_name=web haproxy.backend_name=app "
            + "haproxy.server_name=srv1 http.response.status_code=200 http.response.bytes=2750 http.request.method=GET "
            + "url.original=/index.html http.version=1.1 haproxy.termination_state=----"
        },
        {
            "iis.access",
            "2024-03-01 12:00:00 10.0.0.1 GET /index.html q=1 80 - 10.0.0.9 Mozilla/5.0+(Windows) - 404 0 2 15",
            "2024-03-01T12:00:00.000Z",
            "destination.address=10.0.0.1 destination.port=80 http.request.method=GET url.path=/index.html "
            + "url.query=q=1 source.address=10.0.0.9 http.response.status_code=404 iis.access.win32_status=2 "
            + "iis.access.time_taken=15"
        },
        {
            "kafka.log",
            "[2024-03-01 12:00:00,123] INFO [GroupCoordinator 1]: Stabilized group g "
            + "(kafka.coordinator.GroupCoordinator)",
            "2024-03-01T12:00:00.123Z",
            "log.level=info log.logger=kafka.coordinator.GroupCoordinator"
        },
        {
            "rabbitmq.log", "2024-03-01 13:00:00.123456+01:00 [info] <0.229.0> Server startup complete",
            "2024-03-01T12:00:00.123Z",
            "log.level=info rabbitmq.log.pid=0.229.0"
        },
        {
            "mongodb.log",
            "{\"t\":{\"$date\":\"2024-03-01T12:00:00.123+00:00\"},\"s\":\"W\",\"c\":\"NETWORK\",\"id\":22943,"
            + "\"ctx\":\"listener\",\"msg\":\"accepted\",\"attr\":{\"remote\":\"10.0.0.5:1\"}}",
            "2024-03-01T12:00:00.123Z",
            "log.level=warn mongodb.log.component=NETWORK mongodb.log.id=22943 mongodb.log.context=listener"
        },
        {
            "mongodb.log", "2020-03-01T12:00:00.123+0000 I NETWORK  [listener] connection accepted",
            "2020-03-01T12:00:00.123Z",
            "log.level=info mongodb.log.component=NETWORK mongodb.log.context=listener"
        },
        {
            "elasticsearch.server", "[2024-03-01T12:00:00,123][INFO ][o.e.n.Node               ] [node-1] started",
            "2024-03-01T12:00:00.123Z",
            "log.level=info log.logger=o.e.n.Node service.node.name=node-1"
        },
        {
            "auditd.log",
            "type=SYSCALL msg=audit(1709294400.243:24287): arch=c000003e syscall=2 success=no exit=-13 pid=3538 "
            + "comm=\"cat\" exe=\"/bin/cat\"",
            "2024-03-01T12:00:00.243Z",
            "event.action=SYSCALL auditd.log.sequence=24287 auditd.log.comm=cat auditd.log.exe=/bin/cat "
            + "auditd.log.exit=-13"
        },
        {
            "nginx.access",
            "10.0.0.9 - - [01/Mar/2024:12:00:00 +0000] \"GET / HTTP/1.1\" 200 612 \"-\" \"curl/8\"",
            "2024-03-01T12:00:00.000Z",
            "source.address=10.0.0.9 http.response.status_code=200"
        },
        {
            "traefik.access",
            "10.0.0.9 - - [01/Mar/2024:12:00:00 +0000] \"GET / HTTP/1.1\" 200 612 \"-\" \"curl/8\" 1 \"web@docker\" "
            + "\"http://10.0.0.2:80\" 3ms",
            "2024-03-01T12:00:00.000Z",
            "source.address=10.0.0.9 user_agent.original=curl/8"
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Line_OfAModule_IsTakenApart(string dataset, string line, string time, string fields)
    {
        var item = _pipeline.Run(line, dataset: dataset);

        Assert.Equal(dataset, Text(item, "event.dataset"));
        Assert.Equal(time, Text(item, "@timestamp"));
        foreach (var field in fields.Split(' '))
        {
            var at = field.IndexOf('=', StringComparison.Ordinal);
            Assert.True(
                field[(at + 1)..] == Text(item, field[..at]), $"{field}, but {Text(item, field[..at])} in {item}");
        }

        Assert.Null(Find(item, "tags"));
    }

    /// <summary>The text of a statement has blanks and line breaks: not for the table above.</summary>
    [Fact]
    public void Statements_AreKeptWhole()
    {
        var slow = _pipeline.Run(
            "# Query_time: 1  Lock_time: 0 Rows_sent: 1  Rows_examined: 9\nuse shop;\nSET timestamp=1;\n"
            + "SELECT *\nFROM t;",
            dataset: "mysql.slowlog");
        Assert.Equal("SELECT *\nFROM t;", Text(slow, "mysql.slowlog.query"));
        var postgres = _pipeline.Run(
            "2024-03-01 12:00:00 UTC [1] a@b LOG:  duration: 1 ms  statement: SELECT\n 1", dataset: "postgresql.log");
        Assert.Equal("SELECT\n 1", Text(postgres, "postgresql.log.query"));
        var kafka = _pipeline.Run(
            "[2024-03-01 12:00:00,123] ERROR [Log a-0] Error (kafka.Log)\n\tat x", dataset: "kafka.log");
        Assert.Equal("Log a-0", Text(kafka, "kafka.log.component"));
        Assert.Equal("kafka.Log", Text(kafka, "log.logger"));
    }

    /// <summary>A module's line that has not its form keeps its name, and is recognised by its looks.</summary>
    [Fact]
    public void OtherForm_KeepsTheNameOfItsModule()
    {
        var item = _pipeline.Run("2024-03-01 12:00:00 WARN something else", dataset: "mysql.error");
        Assert.Equal("mysql.error", Text(item, "event.dataset"));
        Assert.Equal("2024-03-01T12:00:00.000Z", Text(item, "@timestamp"));
        Assert.Equal(JsonValueKind.Undefined, Find(item, "tags")?.ValueKind ?? JsonValueKind.Undefined);
    }
}

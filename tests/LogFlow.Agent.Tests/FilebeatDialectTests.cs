using LogFlow.Hosting;
using LogFlow.Testing;

namespace LogFlow.Agent.Tests;

/// <summary>Files written for Filebeat, of several ages, become inputs of the agent.</summary>
public sealed class FilebeatDialectTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OldNames_OfProspectors_MeanTodays()
    {
        var config = Load("""
            filebeat:
              prospectors:
                -
                  paths: [/var/log/*.log]
                  input_type: log
                  document_type: syslog
                  symlinks: true
                  backoff: 1s
                  max_backoff: 5s
                  close_removed: true
                  scan_frequency: 0s
                  multiline: {pattern: '^\s', match: after}
              registry_file: .filebeat
            shipper:
            logging.level: warn
            output: {kafka: {hosts: "a:9092"}}
            """, out var warnings);
        var input = Assert.Single(config.Inputs);
        Assert.Equal(("log", "syslog"), (input.Type, input.DocumentType));
        Assert.Equal((true, true), (input.Symlinks, input.CloseRemoved));
        Assert.Equal((1, 5), (input.BackoffInit.Seconds, input.BackoffMax.Seconds));
        Assert.Equal(@"^\s", input.Multiline!.Pattern);
        Assert.Equal(AgentLogLevel.Warning, config.Logging.Level);
        Assert.EndsWith(".filebeat.logflow", config.RegistryPath, StringComparison.Ordinal);
        Assert.Contains(warnings, static warning => warning.Contains("'registry_file'", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatHasNothingToDo_IsTakenWithOneWarningEach()
    {
        Load("""
            filebeat.inputs: [{type: log, paths: [/a]}]
            filebeat.config.modules: {path: '${path.config}/modules.d/*.yml', reload.enabled: false}
            setup.template.settings: {index.number_of_shards: 1}
            setup.kibana.host: "x:5601"
            monitoring.enabled: false
            xpack.monitoring: {enabled: true, elasticsearch: {hosts: [x]}}
            cloud.id: "x"
            logging: {to_files: true, files: {path: /var/log, keepfiles: 7}}
            queue.disk.max_size: 10GB
            output.kafka.hosts: [a:9092]
            processors: [{add_host_metadata: ~}, {add_cloud_metadata: }]
            """, out var warnings);
        foreach (var key in (string[])["setup", "xpack", "cloud", "logging.files", "queue.disk", "modules.d"])
        {
            Assert.Single(warnings, warning => warning.Contains(key, StringComparison.Ordinal)
                && warning.Split('\n')[0].Contains(key, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(warnings, static warning => warning.Contains("'monitoring'", StringComparison.Ordinal));
    }

    [Fact]
    public void CloudId_BecomesHostsAndLogin()
    {
        var id = "my:" + Convert.ToBase64String("eu.example.org:9243$abc123$def"u8);
        var config = Load($$"""
            filebeat.inputs: [{type: log, paths: [/a]}]
            cloud: {id: '{{id}}', auth: 'elastic:se:cret'}
            """, out _);
        Assert.Equal(["https://abc123.eu.example.org:9243"], config.Elasticsearch!.Hosts);
        Assert.Equal(("elastic", "se:cret"), (config.Elasticsearch.Username, config.Elasticsearch.Password));
        Assert.Equal("https://abc.x.org:443", OutputNodes.HostOf(Convert.ToBase64String("x.org$abc"u8).TrimEnd('=')));
        Assert.Null(OutputNodes.HostOf("name:!"));
        Assert.Null(OutputNodes.HostOf(Convert.ToBase64String("nothing"u8)));
    }

    [Fact]
    public void Outputs_AsListOrMap_AreOutputs()
    {
        var config = Load("""
            filebeat.inputs: [{type: log, paths: [/a]}]
            outputs:
              - kafka: {hosts: [a:9092], codec.format.string: '%{[message]}'}
              - {type: file, path: /tmp/x}
            """, out _);
        Assert.Equal(["a:9092"], config.Kafka.Hosts);
        Assert.Equal(OutputCodec.Raw, config.Kafka.EffectiveCodec);
        Assert.Equal("/tmp/x", config.File!.Path);
        Assert.Equal(["kafka", "file"], config.Targets().Select(static target => target.Output));
        config = Load("""
            filebeat.inputs: [{type: log, paths: [/a]}]
            outputs: {default: {type: elasticsearch, hosts: [b:9200]}}
            """, out _);
        Assert.Equal(["b:9200"], config.Elasticsearch!.Hosts);
    }

    [Fact]
    public void Inputs_WithoutFiles_AreTakenWithFilebeatsKeys()
    {
        var config = Load("""
            filebeat.inputs:
              - type: tcp
                host: "localhost:9000"
                max_message_size: 1MiB
                framing: rfc6587
                ssl.enabled: false
                close_inactive: 5m
              - type: syslog
                format: auto
                protocol.udp: {host: ":5140", read_buffer: 1MiB}
              - {type: unix, path: /run/x.sock, socket_type: datagram, group: adm, mode: "0660"}
              - {type: stdin}
              - {type: journald, id: j, seek: cursor, include_matches.match: [_PID=1], units: [a]}
              - {type: log, paths: [/a], host: x}
              - {type: filestream, paths: [/b], take_over: {enabled: true, from_ids: [x]}, backoff: {init: 3s, max: 4s}}
            output.kafka.codec.json: {pretty: false, escape_html: false}
            """, out var warnings);
        Assert.Equal(
            ["tcp", "udp", "unix", "stdin", "journald", "log", "filestream"],
            config.Inputs.Select(static input => input.Transport));
        Assert.Equal(1 << 20, config.Inputs[0].MessageLengthMax(1 << 30));
        Assert.Equal(MessageFraming.Rfc6587, config.Inputs[0].Framing);
        Assert.Equal((":5140", 1L << 20), (config.Inputs[1].ListenHost, config.Inputs[1].ReadBuffer!.Value.Bytes));
        Assert.True(config.Inputs[2].IsDatagram);
        Assert.Equal(["_PID=1"], config.Inputs[4].IncludeMatches);
        var last = config.Inputs[6];
        Assert.Equal((true, 3, 4), (last.TakesOver, last.BackoffInit.Seconds, last.BackoffMax.Seconds));
        Assert.Equal(["x"], last.TakeOverIds);
        Assert.Equal(7, config.Inputs.Select(input => InputIds.Of(config, input)).Distinct().Count());
        Assert.Contains(warnings, static warning => warning.Contains(
            "'close_inactive' says nothing for an input of type 'tcp'", StringComparison.Ordinal));
        Assert.Contains(warnings, static warning => warning.Contains(
            "'host' says nothing for an input of type 'log'", StringComparison.Ordinal));
    }

    [Fact]
    public void Variables_PathsListsAndUnsetOnes_AreFilledIn()
    {
        Environment.SetEnvironmentVariable("A10_HOSTS", "a:9092,b:9092");
        var config = Load("""
            path.home: /opt/fb
            path.logs: ${path.home}/log
            filebeat.inputs: [{type: log, paths: ['${path.logs}/*.log', '${path.data}/x', '${A10_UNSET}/y']}]
            output.kafka: {hosts: '${A10_HOSTS}', topic: '${name}'}
            name: mine
            """, out var warnings);
        Assert.Equal(["/opt/fb/log/*.log", "/opt/fb/data/x", "/y"], config.Inputs[0].Paths);
        Assert.Equal(["a:9092", "b:9092"], config.Kafka.Hosts);
        Assert.Equal("mine", config.Kafka.Topic);
        Assert.Contains(warnings, static warning => warning.Contains("A10_UNSET", StringComparison.Ordinal));
    }

    [Fact]
    public void Modules_InlineAndFromFiles_BecomeInputs()
    {
        Directory.CreateDirectory(_folder.File("modules.d"));
        File.WriteAllText(_folder.File("modules.d/nginx.yml"), """
            - module: nginx
              access:
                enabled: true
                var.paths: [/srv/nginx/access.log]
                input: {exclude_lines: [health]}
              error.enabled: false
            """);
        File.WriteAllText(_folder.File("modules.d/mysql.yml.disabled"), "- module: mysql");
        var config = Load("""
            filebeat.config.modules.path: ${path.config}/modules.d/*.yml
            filebeat.modules: [{module: system}]
            """, out _);
        Assert.Equal(
            ["module-nginx-access", "module-system-auth", "module-system-syslog"],
            config.Inputs.Select(static input => input.Id).Order());
        var nginx = config.Inputs.Single(static input => input.ModuleName == "nginx");
        Assert.Equal(["/srv/nginx/access.log"], nginx.Paths);
        Assert.Equal(["health"], nginx.ExcludeLines);
        Assert.Equal(
            MultilineMatch.After, config.Inputs.Single(static input => input.FilesetName == "syslog").Multiline!.Match);
    }

    [Fact]
    public void Modules_OfTheCommandLine_TakeItsSettings()
    {
        var file = _folder.File("filebeat.yml");
        File.WriteAllText(file, "name: x");
        var dialect = new FilebeatDialect
        {
            ModuleNames = ["nginx"],
            ModuleSettings = ["nginx.access.var.paths=[/srv/a, '/srv/b']", "nginx.error.enabled=false"],
        };
        var config = ConfigDocument.Load([file], [], [], dialect).Bind<AgentConfig>();
        Assert.Equal(
            ["/srv/a", "/srv/b"], config.Inputs.Single(static input => input.FilesetName == "access").Paths);
        Assert.DoesNotContain(config.Inputs, static input => input.FilesetName == "error");
    }

    [Fact]
    public void InputFiles_AreReadFromBesideTheConfiguration()
    {
        Directory.CreateDirectory(_folder.File("inputs.d"));
        File.WriteAllText(_folder.File("inputs.d/a.yml"), "- {type: log, paths: [/a]}\n- {type: log, paths: [/b]}");
        var config = Load("filebeat.config.inputs: {enabled: true, path: inputs.d/*.yml}", out _);
        Assert.Equal(["/a", "/b"], config.Inputs.SelectMany(static input => input.Paths));
        Assert.Equal(2, config.Inputs.Select(input => InputIds.Of(config, input)).Distinct().Count());
    }

    [Fact]
    public void NothingEnabled_WithFoldersNamed_StartsAndSaysSo()
    {
        var config = Load("filebeat.config.modules.path: modules.d/*.yml", out var warnings);
        Assert.Empty(config.Inputs);
        Assert.Empty(config.Validate());
        Assert.Contains(warnings, static warning => warning.Contains("nothing to read", StringComparison.Ordinal));
        Assert.Throws<ConfigException>(() => Load("name: x", out _));
    }

    [Fact]
    public void Autodiscover_TemplatesAndHints_BecomeInputsOverAllContainers()
    {
        var config = Load("""
            filebeat.autodiscover:
              providers:
                - type: docker
                  hints.enabled: true
                  templates:
                    - condition.contains.docker.container.image: redis
                      config:
                        - type: container
                          paths: ['/var/lib/docker/containers/${data.docker.container.id}/*.log']
                          json.keys_under_root: true
                    - condition: {equals: {docker.container.labels.app: web}}
                      config: [{module: nginx, access.enabled: true}]
            """, out _);
        Assert.Equal(3, config.Inputs.Count);
        Assert.All(config.Inputs, static input => Assert.Equal("container", input.Type));
        Assert.Equal(["/var/lib/docker/containers/*/*.log"], config.Inputs[0].Paths);
        Assert.NotNull(config.Inputs[0].Json);
        Assert.Equal("nginx", config.Inputs[1].ModuleName);

        var redis = new AgentEvent(new EventObject(), DateTimeOffset.UnixEpoch);
        redis.Put("container.image.name", "redis:7");
        var other = new AgentEvent(new EventObject(), DateTimeOffset.UnixEpoch);
        other.Put("container.image.name", "nginx");
        Assert.True(config.Inputs[0].Processors.List.TrueForAll(processor => processor.Run(redis)));
        Assert.False(config.Inputs[0].Processors.List.TrueForAll(processor => processor.Run(other)));

        other.Put("container.labels.co_elastic_logs/enabled", "false");
        Assert.True(config.Inputs[2].Processors.List.TrueForAll(processor => processor.Run(redis)));
        Assert.False(config.Inputs[2].Processors.List.TrueForAll(processor => processor.Run(other)));
    }

    [Theory]
    [InlineData("filebeat.inputs: [{type: mqtt, hosts: [x], topics: ['#']}]", "'mqtt' is not done")]
    [InlineData(
        "filebeat.modules: [{module: cisco, asa: {var.syslog_port: 9001, var.syslog_host: x}}]", "module cisco, asa")]
    [InlineData("filebeat.modules: [{module: ngnix}]", "did you mean 'nginx'")]
    [InlineData("filebeat.inputs: [{type: tcp}]", "host")]
    [InlineData("filebeat.inputs: [{type: syslog, protocol.tcp.host: 'x:1', protocol.udp.host: 'x:1'}]", "one of tcp")]
    [InlineData("outputs: [{type: sqs}]", "'sqs' is not done")]
    [InlineData("cloud.id: x", "'cloud.id' is not one")]
    [InlineData("output.kafka.codec.format.string: '%{[host]} %{[message]}'", "keep the codec 'json'")]
    [InlineData("filebeat.autodiscover.providers: [{type: nomad}]", "'nomad' is not done")]
    [InlineData("filebeat.inputs: [{type: log, pahts: [/a]}]", "did you mean")]
    [InlineData("filebeat.inputs: [{type: log, paths: [/a], multiline.pattern: 'x'}]", "match")]
    public void WhatCannotBe_IsRefusedInItsPlace(string yaml, string expected)
    {
        var error = Assert.Throws<ConfigException>(() => Load(yaml, out _));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.All(error.Errors, static one => Assert.Equal(1, one.Location.Line));
    }

    [Fact]
    public void Migrate_SaysWhatWorksWhatDiffersAndWhatDoesNot()
    {
        File.WriteAllText(
            _folder.File("good.yml"), "filebeat.inputs: [{type: log, paths: [/a]}]\nsetup.kibana.host: x\n");
        File.WriteAllText(_folder.File("bad.yml"), "filebeat.inputs: [{type: winlog, name: System}]\n");
        using var good = new StringWriter();
        Assert.Equal(0, MigrateCommand.Run(_folder.File("good.yml"), good));
        Assert.Contains("starts with it as it is", good.ToString(), StringComparison.Ordinal);
        Assert.Contains("reads (log): /a", good.ToString(), StringComparison.Ordinal);
        Assert.Contains("'setup'", good.ToString(), StringComparison.Ordinal);
        using var bad = new StringWriter();
        Assert.Equal(1, MigrateCommand.Run(_folder.File("bad.yml"), bad));
        Assert.Contains("Winlogbeat", bad.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void KeyGivenTwice_TheLastOneCounts()
    {
        var config = Load("""
            filebeat.inputs: [{type: log, paths: [/a]}]
            tags: [a, b]
            tags: [c]
            """, out var warnings);
        Assert.Equal(["c"], config.Tags);
        Assert.Single(warnings, static warning => warning.Contains("given twice", StringComparison.Ordinal));
    }

    private AgentConfig Load(string yaml, out List<string> warnings)
    {
        var file = _folder.File("filebeat.yml");
        File.WriteAllText(file, yaml);
        var document = ConfigDocument.Load([file], [], [], new FilebeatDialect());
        var config = document.Bind<AgentConfig>();
        warnings = document.Report.Warnings.ConvertAll(static warning => warning.ToString());
        return config;
    }
}

using System.Text;
using LogFlow.Hosting;

namespace LogFlow.Agent.Tests;

/// <summary>Each processor as a user writes it: YAML in, an event before and after.</summary>
public sealed class ProcessorTests
{
    [Theory]
    [InlineData("- add_fields: {fields: {a: 1, b.c: x}}", "{}", """{"fields":{"a":1,"b":{"c":"x"}}}""")]
    [InlineData("- add_fields: {target: '', fields: {a: true}}", "{'b':2}", """{"b":2,"a":true}""")]
    [InlineData("- add_tags: {tags: [x, y]}", "{'tags':['a','x']}", """{"tags":["a","x","y"]}""")]
    [InlineData("- add_labels: {labels: {a: 1, b: {c: [x, y]}}}",
        "{}", """{"labels":{"a":1,"b.c.0":"x","b.c.1":"y"}}""")]
    [InlineData("- drop_fields: {fields: [a.b, '/^x/']}",
        "{'a':{'b':1,'c':2},'x1':1,'y':2}", """{"a":{"c":2},"y":2}""")]
    [InlineData("- include_fields: {fields: [a.b]}", "{'a':{'b':1,'c':2},'y':2}", """{"a":{"b":1}}""")]
    [InlineData("- rename: {fields: [{from: a, to: b.c}]}", "{'a':1}", """{"b":{"c":1}}""")]
    [InlineData("- rename: {fields: [{from: a, to: b}, {from: x, to: y}], ignore_missing: true}",
        "{'a':1}", """{"b":1}""")]
    [InlineData("- copy_fields: {fields: [{from: a, to: b}]}", "{'a':{'x':1}}", """{"a":{"x":1},"b":{"x":1}}""")]
    [InlineData("- move_fields: {from: a, to: 'b.'}", "{'a':{'x':1,'y':2}}", """{"a":{},"b":{"x":1,"y":2}}""")]
    [InlineData("- replace: {fields: [{field: a, pattern: 'b+', replacement: X}]}", "{'a':'abbc'}", """{"a":"aXc"}""")]
    [InlineData("- truncate_fields: {fields: [a], max_characters: 2}", "{'a':'äöü'}",
        """{"a":"äö","log":{"flags":["truncated"]}}""")]
    [InlineData("- truncate_fields: {fields: [a], max_bytes: 3}", "{'a':'äöü'}",
        """{"a":"ä","log":{"flags":["truncated"]}}""")]
    [InlineData("- extract_array: {field: a, mappings: {x.y: 0, z: 1}}", "{'a':['p','q']}",
        """{"a":["p","q"],"x":{"y":"p"},"z":"q"}""")]
    [InlineData("- convert: {fields: [{from: a, type: long}, {from: b, to: c, type: boolean}]}",
        "{'a':'12','b':'true'}",
        """{"a":12,"b":"true","c":true}""")]
    [InlineData("- convert: {fields: [{from: a, to: b, type: ip}], mode: rename}",
        "{'a':'10.0.0.1'}", """{"b":"10.0.0.1"}""")]
    [InlineData("- decode_json_fields: {fields: [a], target: ''}", """{'a':'{\'b\':1,\'c\':{\'d\':2.50}}'}""",
        """{"a":"{\"b\":1,\"c\":{\"d\":2.50}}","b":1,"c":{"d":2.50}}""")]
    [InlineData("- decode_json_fields: {fields: [a]}", """{'a':'{\'b\':1}'}""", """{"a":{"b":1}}""")]
    [InlineData("- decode_json_fields: {fields: [a], target: j, expand_keys: true}", """{'a':'{\'b.c\':1}'}""",
        """{"a":"{\"b.c\":1}","j":{"b":{"c":1}}}""")]
    [InlineData("- decode_csv_fields: {fields: {a: b.c}}", """{'a':'x,\'y \'\'z\'\'\',,w'}""",
        """{"a":"x,\"y \"\"z\"\"\",,w","b":{"c":["x","y \"z\"","","w"]}}""")]
    [InlineData("- decode_base64_field: {field: {from: a, to: b}}",
        "{'a':'aGFsbG8='}", """{"a":"aGFsbG8=","b":"hallo"}""")]
    [InlineData("- urldecode: {fields: [{from: a}]}", "{'a':'a%20b%C3%A4'}", """{"a":"a bä"}""")]
    [InlineData("- dissect: {tokenizer: '%{a} - %{b|integer} \"%{c}\"', field: m}", """{'m':'x - 12 \'q r\''}""",
        """{"m":"x - 12 \"q r\"","dissect":{"a":"x","b":12,"c":"q r"}}""")]
    [InlineData("- dissect: {tokenizer: '%{a->} %{?k}=%{&k} %{+x} %{+x}', field: m, target_prefix: ''}",
        "{'m':'p   key=val u v'}", """{"m":"p   key=val u v","a":"p","x":"u v","key":"val"}""")]
    [InlineData("- dissect: {tokenizer: '%{a}:%{b}', field: m}", "{'m':'nothing'}",
        """{"m":"nothing","log":{"flags":["dissect_parsing_error"]}}""")]
    [InlineData("- fingerprint: {fields: [a]}", "{'a':'x'}",
        """{"a":"x","fingerprint":"12d0dd7e3d6f6dba23a7b8bd1de7bc21c3ca6ccfc8a2fb5c4c9ff5a40d8ee6b7"}""", true)]
    [InlineData("- lowercase: {values: [a]}", "{'a':'ÄB'}", """{"a":"äb"}""")]
    [InlineData("- append: {target_field: a, values: [x]}", "{'a':'p'}", """{"a":["p","x"]}""")]
    public void Processor_ChangesTheEvent(string yaml, string before, string after, bool onlyShape = false)
    {
        var changed = Process(yaml, before);
        Assert.NotNull(changed);
        var text = FieldJson.ToText(changed.Fields);
        if (onlyShape)
        {
            Assert.Equal(after.Length, text.Length);
        }
        else
        {
            Assert.Equal(after, text);
        }
    }

    [Fact]
    public void CommunityId_IsThatOfTheReference()
    {
        // The first example of the specification.
        var changed = Process(
            "- community_id: {}",
            "{'source':{'ip':'128.232.110.120','port':34855},'destination':{'ip':'66.35.250.204','port':80},"
            + "'network':{'transport':'tcp'}}");
        Assert.Equal("1:LQU9qZlK+B5F3KDmev6m5PMibrg=", changed!.Text("network.community_id"));
    }

    [Fact]
    public void Syslog_TakesAFieldApart()
    {
        var changed = Process(
            "- syslog: {field: m, timezone: UTC}", "{'m':'<13>Feb  5 17:32:18 h app: text'}");
        Assert.Equal("text", changed!.Text("message"));
        Assert.Equal("user-level", changed.Text("log.syslog.facility.name"));
        Assert.Equal(("h", "app"), (changed.Text("log.syslog.hostname"), changed.Text("log.syslog.appname")));
        Assert.Equal((2, 5, 17), (changed.Timestamp.Month, changed.Timestamp.Day, changed.Timestamp.Hour));
    }

    [Theory]
    [InlineData("equals: {a: 1}", "{'a':1}", true)]
    [InlineData("equals: {a: 1}", "{'a':2}", false)]
    [InlineData("equals: {a.b: x}", "{'a':{'b':'x'}}", true)]
    [InlineData("equals: {a: true, b: y}", "{'a':true,'b':'x'}", false)]
    [InlineData("contains: {message: DBG}", "{'message':'x DBG y'}", true)]
    [InlineData("contains: {tags: forwarded}", "{'tags':['forwarded']}", true)]
    [InlineData("contains: {message: [A, B]}", "{'message':'xB'}", true)]
    [InlineData("not.contains.tags: forwarded", "{}", true)]
    [InlineData("regexp: {message: '^DBG'}", "{'message':'DBG x'}", true)]
    [InlineData("range: {code: {gte: 400, lt: 500}}", "{'code':404}", true)]
    [InlineData("range: {code.gte: 400, code.lt: 500}", "{'code':500}", false)]
    [InlineData("range: {load.gt: 0.5}", "{'load':0.75}", true)]
    [InlineData("network: {ip: private}", "{'ip':'192.168.1.2'}", true)]
    [InlineData("network: {ip: ['10.0.0.0/8', public]}", "{'ip':'8.8.8.8'}", true)]
    [InlineData("network: {ip: loopback}", "{'ip':'::1'}", true)]
    [InlineData("network: {ip: private}", "{'ip':'no address'}", false)]
    [InlineData("has_fields: [a, b.c]", "{'a':1,'b':{'c':2}}", true)]
    [InlineData("has_fields: [a, x]", "{'a':1}", false)]
    [InlineData("or: [{equals: {a: 1}}, {equals: {a: 2}}]", "{'a':2}", true)]
    [InlineData("and: [{equals: {a: 2}}, {not: {has_fields: [b]}}]", "{'a':2}", true)]
    public void DropEvent_WhereTheConditionHolds(string condition, string fields, bool isDropped) =>
        Assert.Equal(isDropped, Process($"- drop_event: {{when: {{{condition}}}}}", fields) is null);

    [Fact]
    public void IfThenElse_TakesOneOfTwoWays()
    {
        const string Yaml = """
            - if.equals.a: 1
              then:
                - add_tags: {tags: [one]}
                - add_tags: {tags: [more]}
              else:
                add_tags: {tags: [other]}
            """;
        Assert.Equal("""{"a":1,"tags":["one","more"]}""", FieldJson.ToText(Process(Yaml, "{'a':1}")!.Fields));
        Assert.Equal("""{"a":2,"tags":["other"]}""", FieldJson.ToText(Process(Yaml, "{'a':2}")!.Fields));
    }

    [Theory]
    [InlineData("2006-01-02T15:04:05.999Z07:00", "2026-11-30T10:20:30.125+02:00", "2026-11-30T08:20:30.125Z")]
    [InlineData("02/Jan/2006:15:04:05 -0700", "30/Nov/2026:10:20:30 +0100", "2026-11-30T09:20:30.000Z")]
    [InlineData("Jan _2 2006 3:04:05 PM", "Nov  3 2026 1:02:03 PM", "2026-11-03T13:02:03.000Z")]
    [InlineData("2006-01-02 15:04:05,000", "2026-11-30 10:20:30,500", "2026-11-30T10:20:30.500Z")]
    [InlineData("UNIX", "1796033430", "2026-11-30T10:10:30.000Z")]
    [InlineData("UNIX_MS", "1796033430250", "2026-11-30T10:10:30.250Z")]
    public void Timestamp_GoLayouts_AreRead(string layout, string text, string expected)
    {
        var changed = Process(
            $"- timestamp: {{field: t, layouts: ['{layout}'], test: ['{text}']}}", $"{{'t':'{text}'}}");
        Assert.Equal(expected, AgentEvent.FormatTime(changed!.Timestamp));
    }

    [Fact]
    public void RateLimit_LetsANumberPassAndDropsTheRest()
    {
        var list = Read("- rate_limit: {limit: '3/h', fields: [a]}", out var report);
        Assert.Empty(report.Errors);
        var processor = Assert.Single(list);
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => processor.Run(Event("{'a':1}"))));
        Assert.True(processor.Run(Event("{'a':2}")));
    }

    [Theory]
    [InlineData("- scrip: {}", "'scrip' is not a processor")]
    [InlineData("- script: {lang: javascript}", "runs JavaScript")]
    [InlineData("- drop_event: {}", "'when'")]
    [InlineData("- drop_event: {when: {equal: {a: 1}}}", "is not a condition")]
    [InlineData("- drop_event: {when: {regexp: {a: '('}}}", "is not a regular expression")]
    [InlineData("- drop_event: {when: {range: {a: 1}}}", "is not FIELD.gte")]
    [InlineData("- rename: {field: [{from: a, to: b}]}", "did you mean")]
    [InlineData("- dissect: {tokenizer: 'none'}", "%{name}")]
    [InlineData("- dissect: {tokenizer: '%{a}%{b}'}", "separates")]
    [InlineData("- timestamp: {field: t, layouts: ['2006'], test: ['x']}", "fits none")]
    [InlineData("- convert: {fields: [{from: a, type: whole}]}", "is not one of")]
    [InlineData("- add_tags:\n  when.equals.a: 1", "four spaces")]
    [InlineData("- rate_limit: {limit: many}", "1000/m")]
    public void Mistakes_AreNamedWithTheirPlace(string yaml, string expected)
    {
        Read(yaml, out var report);
        Assert.Contains(report.Errors, error => error.ToString().Contains(expected, StringComparison.Ordinal)
            || error.ToString().Contains(expected.Trim('\''), StringComparison.Ordinal));
        Assert.All(report.Errors, static error => Assert.True(error.Location.Line > 0));
    }

    [Fact]
    public void SharedParts_OfManyEvents_AreNotChangedByOne()
    {
        var list = Read("- add_fields: {target: x, fields: {a: 1}}\n- add_fields: {target: x, fields: {b: 2}}", out _);
        var first = Event("{}");
        var second = Event("{}");
        Assert.True(list[0].Run(first) && list[1].Run(first) && list[0].Run(second));
        Assert.Equal("""{"x":{"a":1,"b":2}}""", FieldJson.ToText(first.Fields));
        Assert.Equal("""{"x":{"a":1}}""", FieldJson.ToText(second.Fields));
    }

    private static AgentEvent? Process(string yaml, string before)
    {
        var list = Read(yaml, out var report);
        Assert.Empty(report.Errors);
        var @event = Event(before);
        return list.TrueForAll(processor => processor.Run(@event)) ? @event : null;
    }

    private static AgentEvent Event(string json)
    {
        // ' stands for " and \' for an escaped one.
        var text = json.Replace("\\'", "\u0001", StringComparison.Ordinal).Replace('\'', '"')
            .Replace("\u0001", "\\\"", StringComparison.Ordinal);
        Assert.True(FieldJson.TryRead(Encoding.UTF8.GetBytes(text), out var value, out var problem), problem);
        return new AgentEvent((EventObject)value!, DateTimeOffset.UnixEpoch);
    }

    private static List<EventProcessor> Read(string yaml, out ConfigReport report)
    {
        var indented = string.Join('\n', yaml.Split('\n').Select(static line => "  " + line));
        var document = ConfigDocument.Parse($"processors:\n{indented}\n");
        var list = new ProcessorList();
        list.Read(document.Root.Find("processors")!, "processors", document.Report);
        report = document.Report;
        return list.List;
    }
}

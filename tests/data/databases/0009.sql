BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0009');
CREATE TABLE attempts (
	id INTEGER NOT NULL, 
	connection_id BIGINT NOT NULL, 
	contact_id BIGINT NOT NULL, 
	delivery_id BIGINT NOT NULL, 
	at FLOAT NOT NULL, 
	reason TEXT, 
	fix TEXT, 
	outcome JSON, 
	PRIMARY KEY (id)
);
CREATE TABLE backfills (
	id INTEGER NOT NULL, 
	connection_id BIGINT NOT NULL, 
	since FLOAT, 
	state VARCHAR(16) NOT NULL, 
	stage VARCHAR(32) NOT NULL, 
	page INTEGER NOT NULL, 
	counts JSON NOT NULL, 
	seconds_left FLOAT, 
	began_at FLOAT NOT NULL, 
	finished_at FLOAT, 
	due_at FLOAT NOT NULL, 
	problem TEXT, 
	fix TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE bodies (
	connection_id BIGINT NOT NULL, 
	contact_id BIGINT NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	seen_at FLOAT NOT NULL, 
	PRIMARY KEY (connection_id, contact_id, digest)
)
 WITHOUT ROWID

;
INSERT INTO "bodies" VALUES(1,5821,'348757ab5cd6181f93094d6514931a72662a5db20e8bea8427feb8a9035003c1',1.79576562548078560825e+09);
INSERT INTO "bodies" VALUES(1,5821,'352ecb1c2b559f9c0cd98fdc6aba633eb91924bfb48d1ee8f0e1b5f1040f73ef',1.7957656244676887989e+09);
INSERT INTO "bodies" VALUES(1,5830,'000be504abda74551ba021907ef8f99a95bc3e5c58a5e9308693cba72cac43ed',1.79576562480939602847e+09);
INSERT INTO "bodies" VALUES(1,5830,'1b58ef1a2c64ca547c17c55ba7475500e14238b508c690aa58a688a5f4cb9cbd',1.79576562550794672969e+09);
INSERT INTO "bodies" VALUES(1,5830,'b93be106694f6372cb5fde34b361bc80b71853c68b85bb8e4a3245efaea0ed2c',1.79576562551105666162e+09);
INSERT INTO "bodies" VALUES(1,5830,'d249eff1866a7140c80d242288d7ba1c51a8eb3ea96393e5ba2147704fabdd57',1.79576562481322693823e+09);
INSERT INTO "bodies" VALUES(1,5830,'e87edbd970e053fc5af3b9aae07dea640146cc99d62048c1886764fc3a7ddfd2',1795765624.80649);
INSERT INTO "bodies" VALUES(1,5840,'03bb62f2d0976b66635757be6a7882ba82dcde5f3c7bf2ebc9a92384ad3c7f3f',1.79576562514594507222e+09);
CREATE TABLE connections (
	id INTEGER NOT NULL, 
	plugin VARCHAR(64) NOT NULL, 
	account_id BIGINT NOT NULL, 
	address VARCHAR(64) NOT NULL, 
	settings JSON NOT NULL, 
	found JSON NOT NULL, 
	secrets TEXT NOT NULL, 
	webhook_secrets TEXT NOT NULL, 
	unsigned BOOLEAN NOT NULL, 
	created_at FLOAT NOT NULL, 
	paused_reason TEXT, 
	paused_fix TEXT, 
	paused_until FLOAT, 
	away_since FLOAT, 
	chatwoot_url TEXT, 
	chatwoot_token TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (address)
);
INSERT INTO "connections" VALUES(1,'krayin',3,'6Ui_LMWOxCF2rwnbvuNlnbtcutsZvs-w','{"api_url": "http://127.0.0.1:35429"}','{"pipeline_id": 1, "stage_id": 1, "source_id": 2, "type_id": 1, "closed_stage_ids": [5, 6], "facts": {"krayin": "2.1", "rest": "2.1.1", "limit": 60, "user_id": 1, "timezone": "Asia/Kolkata", "stages": [{"id": 1, "code": "new", "name": "New", "pipeline_id": 1, "position": 0}, {"id": 2, "code": "follow-up", "name": "Follow Up", "pipeline_id": 1, "position": 1}, {"id": 3, "code": "prospect", "name": "Prospect", "pipeline_id": 1, "position": 2}, {"id": 4, "code": "negotiation", "name": "Negotiation", "pipeline_id": 1, "position": 3}, {"id": 5, "code": "won", "name": "Won", "pipeline_id": 1, "position": 4}, {"id": 6, "code": "lost", "name": "Lost", "pipeline_id": 1, "position": 5}], "attributes": [], "references": ["persons", "leads"], "checkboxes": {}}}','gAAAAABrCTV4AVw97lhlQzVxtdfCo1gCiaeg9JfRUorCw4aIJAAyAihGOXtdxHzvOyog_REZPRpbWwdPz0LxE2H0hvNkkTCNRi_IpPG1ayEHAyj7FI4i2LG_qhMcgzI4l9q5xsq9oMK01AXyrfCqpSb0n97EAtQL2g==','gAAAAABrCTV4Pd2QytLyT-cTFUs-a9TCDaufz1fckxrOQidZo3I_Sn4R8ZcMmFBQjN92rLbjb0SyMuX36C5VU24j78vHMBQwBa-BWTmj_CwjLFBey1-M-WFiSOnmMoc5sf4OHoDXqeZo',0,1.79576562445950055121e+09,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE contact_words (
	word VARCHAR(100) NOT NULL, 
	connection_id BIGINT NOT NULL, 
	contact_id BIGINT NOT NULL, 
	PRIMARY KEY (word, connection_id, contact_id)
);
INSERT INTO "contact_words" VALUES('00900123',1,5821);
INSERT INTO "contact_words" VALUES('0900123',1,5821);
INSERT INTO "contact_words" VALUES('447700900123',1,5821);
INSERT INTO "contact_words" VALUES('47700900123',1,5821);
INSERT INTO "contact_words" VALUES('700900123',1,5821);
INSERT INTO "contact_words" VALUES('7700900123',1,5821);
INSERT INTO "contact_words" VALUES('doe',1,5821);
INSERT INTO "contact_words" VALUES('example.com',1,5821);
INSERT INTO "contact_words" VALUES('jane',1,5821);
INSERT INTO "contact_words" VALUES('jane.doe@example.com',1,5821);
INSERT INTO "contact_words" VALUES('00900456',1,5830);
INSERT INTO "contact_words" VALUES('0900456',1,5830);
INSERT INTO "contact_words" VALUES('447700900456',1,5830);
INSERT INTO "contact_words" VALUES('47700900456',1,5830);
INSERT INTO "contact_words" VALUES('700900456',1,5830);
INSERT INTO "contact_words" VALUES('7700900456',1,5830);
INSERT INTO "contact_words" VALUES('example.com',1,5830);
INSERT INTO "contact_words" VALUES('nair',1,5830);
INSERT INTO "contact_words" VALUES('priya',1,5830);
INSERT INTO "contact_words" VALUES('priya.nair@example.com',1,5830);
INSERT INTO "contact_words" VALUES('11955550123',1,5840);
INSERT INTO "contact_words" VALUES('1955550123',1,5840);
INSERT INTO "contact_words" VALUES('511955550123',1,5840);
INSERT INTO "contact_words" VALUES('5511955550123',1,5840);
INSERT INTO "contact_words" VALUES('5550123',1,5840);
INSERT INTO "contact_words" VALUES('55550123',1,5840);
INSERT INTO "contact_words" VALUES('955550123',1,5840);
INSERT INTO "contact_words" VALUES('joao',1,5840);
INSERT INTO "contact_words" VALUES('silva',1,5840);
CREATE TABLE contacts (
	connection_id BIGINT NOT NULL, 
	contact_id BIGINT NOT NULL, 
	name TEXT, 
	email TEXT, 
	phone TEXT, 
	seen_at FLOAT NOT NULL, 
	findable BOOLEAN DEFAULT 1 NOT NULL, 
	PRIMARY KEY (connection_id, contact_id)
);
INSERT INTO "contacts" VALUES(1,5821,'Jane Doe','jane.doe@example.com','+447700900123',1.79576562548078560825e+09,1);
INSERT INTO "contacts" VALUES(1,5830,'Priya Nair','priya.nair@example.com','+447700900456',1.79576562551105666162e+09,1);
INSERT INTO "contacts" VALUES(1,5840,'João Silva',NULL,'+5511955550123',1.79576562514594507222e+09,1);
CREATE TABLE counters (
	connection_id BIGINT NOT NULL, 
	family VARCHAR(16) NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	count BIGINT NOT NULL, 
	PRIMARY KEY (connection_id, family, name)
);
INSERT INTO "counters" VALUES(1,'event','contact_updated',1);
INSERT INTO "counters" VALUES(1,'duplicate','conversation_created',1);
INSERT INTO "counters" VALUES(1,'refused','bad_signature',1);
CREATE TABLE deliveries (
	id INTEGER NOT NULL, 
	connection_id BIGINT NOT NULL, 
	uid VARCHAR(255), 
	digest VARCHAR(64) NOT NULL, 
	event VARCHAR(64) NOT NULL, 
	kind VARCHAR(64) NOT NULL, 
	contact_id BIGINT NOT NULL, 
	conversation_id BIGINT, 
	version FLOAT, 
	received_at FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	fix TEXT, 
	outcome JSON, 
	attempts INTEGER NOT NULL, 
	attempted JSON, 
	attempted_at FLOAT, 
	finished_at FLOAT, 
	revived_at FLOAT, 
	cause VARCHAR(200), 
	background BOOLEAN NOT NULL, 
	told VARCHAR(64), 
	PRIMARY KEY (id)
);
INSERT INTO "deliveries" VALUES(1,1,'05002567-7d68-414b-9689-98bab78d7235','352ecb1c2b559f9c0cd98fdc6aba633eb91924bfb48d1ee8f0e1b5f1040f73ef','contact_created','contact_created',5821,NULL,0.0,1.7957656244676887989e+09,'{"account": {"id": 3, "name": "Acme Support"}, "additional_attributes": {"company_name": "Globex Ltd", "city": "London", "created_at_ip": "203.0.113.24"}, "avatar": "", "custom_attributes": {"plan": "pro"}, "email": "jane.doe@example.com", "phone_number": "+447700900123", "identifier": null, "id": 5821, "name": "Jane Doe", "thumbnail": "", "blocked": false, "event": "contact_created"}','applied',NULL,NULL,'{"changes": [{"kind": "lead", "action": "created", "remote_id": "1", "note": ""}, {"kind": "person", "action": "created", "remote_id": "1", "note": ""}, {"kind": "organization", "action": "updated", "remote_id": "1", "note": ""}], "calls": [{"method": "GET", "path": "/api/v1/contacts/persons/search", "status": 200, "milliseconds": 2}, {"method": "POST", "path": "/api/v1/leads", "status": 200, "milliseconds": 3}, {"method": "PUT", "path": "/api/v1/contacts/organizations/1", "status": 200, "milliseconds": 1}]}',1,NULL,NULL,1.79576562479999351498e+09,NULL,NULL,0,'06decce75cbd8ed57ae6382448970fa739d8825719ee6c01bcf059da1eb0306e');
INSERT INTO "deliveries" VALUES(2,1,'371a561b-beb3-4252-99e2-01e867a9e7de','e87edbd970e053fc5af3b9aae07dea640146cc99d62048c1886764fc3a7ddfd2','contact_created','contact_created',5830,NULL,0.0,1795765624.80649,'{"account": {"id": 3, "name": "Acme Support"}, "additional_attributes": {"created_at_ip": "203.0.113.24"}, "avatar": "", "custom_attributes": {}, "email": "priya.nair@example.com", "phone_number": null, "identifier": null, "id": 5830, "name": "Priya Nair", "thumbnail": "", "blocked": false, "event": "contact_created"}','superseded','Delivery 3 brought a newer state.',NULL,'null',0,NULL,NULL,1.79576562512600278859e+09,NULL,NULL,0,'0e73d2b038ab594ea37eb95c670f286d4c42b9642735c3d2ab15ddc6e8ced5f3');
INSERT INTO "deliveries" VALUES(3,1,'4fc6f846-8e5d-4ebd-811b-6aef56540475','000be504abda74551ba021907ef8f99a95bc3e5c58a5e9308693cba72cac43ed','contact_updated','contact_updated',5830,NULL,1781773962.0,1.79576562480939602847e+09,'{"account": {"id": 3, "name": "Acme Support"}, "additional_attributes": {"created_at_ip": "203.0.113.24"}, "avatar": "", "custom_attributes": {}, "email": "priya.nair@example.com", "phone_number": "+447700900456", "identifier": null, "id": 5830, "name": "Priya Nair", "thumbnail": "", "blocked": false, "event": "contact_updated", "changed_attributes": [{"phone_number": {"previous_value": null, "current_value": "+447700900456"}}, {"updated_at": {"previous_value": "2026-06-18T09:12:41.000Z", "current_value": "2026-06-18T09:12:42.000Z"}}]}','applied',NULL,NULL,'{"changes": [{"kind": "lead", "action": "created", "remote_id": "2", "note": ""}, {"kind": "person", "action": "created", "remote_id": "2", "note": ""}], "calls": [{"method": "GET", "path": "/api/v1/contacts/persons/search", "status": 200, "milliseconds": 2}, {"method": "POST", "path": "/api/v1/leads", "status": 200, "milliseconds": 4}]}',1,NULL,NULL,1.79576562512600278859e+09,NULL,NULL,0,'cce02e7c428d6849c06c845c2deb7cf8f76da93c0da1eb6d7a556751876e470f');
INSERT INTO "deliveries" VALUES(4,1,'c28a79c5-e72f-4655-bc04-6a07caf58201','d249eff1866a7140c80d242288d7ba1c51a8eb3ea96393e5ba2147704fabdd57','conversation_created','conversation_created',5830,731,1781773962.0,1.79576562481322693823e+09,'{"additional_attributes": {"referer": "https://shop.example.com/pricing"}, "can_reply": true, "channel": "Channel::WebWidget", "contact_inbox": {"id": 9731, "contact_id": 5830, "inbox_id": 12}, "id": 731, "inbox_id": 12, "messages": [{"id": 40731, "content": "Hi, do you offer <b>volume</b> discounts?", "account_id": 3, "inbox_id": 12, "conversation_id": 731, "message_type": 0, "created_at": 1781773962, "updated_at": "2026-06-18T09:12:42.000Z", "private": false, "status": "sent", "content_type": "text", "sender_type": "Contact", "sender_id": 5830, "sender": {"additional_attributes": {"created_at_ip": "203.0.113.24"}, "custom_attributes": {}, "email": "priya.nair@example.com", "phone_number": "+447700900456", "identifier": null, "id": 5830, "name": "Priya Nair", "thumbnail": "", "blocked": false, "type": "contact"}}], "labels": [], "meta": {"sender": {"additional_attributes": {"created_at_ip": "203.0.113.24"}, "custom_attributes": {}, "email": "priya.nair@example.com", "phone_number": "+447700900456", "identifier": null, "id": 5830, "name": "Priya Nair", "thumbnail": "", "blocked": false, "type": "contact"}, "assignee": null, "assignee_type": null, "team": null, "hmac_verified": false}, "status": "open", "custom_attributes": {}, "snoozed_until": null, "unread_count": 1, "first_reply_created_at": null, "priority": null, "waiting_since": 1781773962, "last_activity_at": 1781773962, "timestamp": 1781773962, "created_at": 1781773961, "updated_at": 1781773962.0, "account": {"id": 3, "name": "Acme Support"}, "event": "conversation_created"}','applied',NULL,NULL,'{"changes": [{"kind": "activity", "action": "created", "remote_id": "27", "note": ""}], "calls": [{"method": "POST", "path": "/api/v1/activities", "status": 200, "milliseconds": 1}]}',1,NULL,NULL,1.79576562513199758527e+09,NULL,NULL,0,NULL);
INSERT INTO "deliveries" VALUES(5,1,'0a699385-edff-4eba-b1b5-621c47250e7e','03bb62f2d0976b66635757be6a7882ba82dcde5f3c7bf2ebc9a92384ad3c7f3f','contact_created','contact_created',5840,NULL,0.0,1.79576562514594507222e+09,'{"account": {"id": 3, "name": "Acme Support"}, "additional_attributes": {"created_at_ip": "203.0.113.24"}, "avatar": "", "custom_attributes": {}, "email": null, "phone_number": "+5511955550123", "identifier": null, "id": 5840, "name": "Jo\u00e3o Silva", "thumbnail": "", "blocked": false, "event": "contact_created"}','applied',NULL,NULL,'{"changes": [{"kind": "lead", "action": "created", "remote_id": "3", "note": ""}, {"kind": "person", "action": "created", "remote_id": "3", "note": ""}], "calls": [{"method": "GET", "path": "/api/v1/contacts/persons/search", "status": 200, "milliseconds": 2}, {"method": "POST", "path": "/api/v1/leads", "status": 200, "milliseconds": 3}]}',1,NULL,NULL,1.79576562546500706667e+09,NULL,NULL,0,'33fa6f7a728c2dda765fa57a1e2e4bc5af25340a8fdf6eaa9247ac7bdb17a390');
INSERT INTO "deliveries" VALUES(6,1,'9863fd00-37e3-4134-93dd-b81405090bcf','348757ab5cd6181f93094d6514931a72662a5db20e8bea8427feb8a9035003c1','contact_updated','contact_updated',5821,NULL,1781774081.0,1.79576562548078560825e+09,'{"account": {"id": 3, "name": "Acme Support"}, "additional_attributes": {"company_name": "Globex Ltd", "city": "London", "created_at_ip": "203.0.113.24"}, "avatar": "", "custom_attributes": {"plan": "pro", "seats": 12}, "email": "jane.doe@example.com", "phone_number": "+447700900123", "identifier": null, "id": 5821, "name": "Jane Doe", "thumbnail": "", "blocked": false, "event": "contact_updated", "changed_attributes": [{"custom_attributes": {"previous_value": {"plan": "pro"}, "current_value": {"plan": "pro", "seats": 12}}}, {"updated_at": {"previous_value": "2026-06-18T09:14:40.000Z", "current_value": "2026-06-18T09:14:41.000Z"}}]}','unchanged',NULL,NULL,'{"changes": [{"kind": "person", "action": "left", "remote_id": "1", "note": ""}, {"kind": "lead", "action": "left", "remote_id": "1", "note": ""}], "calls": []}',1,NULL,NULL,1.79576562548999190327e+09,NULL,NULL,0,'36187ee4d1f5ef891e8fdbbf9c722e50c64d2b9de497e454a1b35d9de0a32f09');
INSERT INTO "deliveries" VALUES(7,1,'7c0024cd-9f18-4b97-910a-cc0e2d3f0ba1','1b58ef1a2c64ca547c17c55ba7475500e14238b508c690aa58a688a5f4cb9cbd','conversation_status_changed','conversation_resolved',5830,731,1781774261.0,1.79576562550794672969e+09,'{"additional_attributes": {"referer": "https://shop.example.com/pricing"}, "can_reply": true, "channel": "Channel::WebWidget", "contact_inbox": {"id": 9731, "contact_id": 5830, "inbox_id": 12}, "id": 731, "inbox_id": 12, "messages": [{"id": 40731, "content": "Thank you & goodbye!", "account_id": 3, "inbox_id": 12, "conversation_id": 731, "message_type": 0, "created_at": 1781774261, "updated_at": "2026-06-18T09:17:41.000Z", "private": false, "status": "sent", "content_type": "text", "sender_type": "Contact", "sender_id": 5830, "sender": {"additional_attributes": {"created_at_ip": "203.0.113.24"}, "custom_attributes": {}, "email": "priya.nair@example.com", "phone_number": "+447700900456", "identifier": null, "id": 5830, "name": "Priya Nair", "thumbnail": "", "blocked": false, "type": "contact"}}], "labels": [], "meta": {"sender": {"additional_attributes": {"created_at_ip": "203.0.113.24"}, "custom_attributes": {}, "email": "priya.nair@example.com", "phone_number": "+447700900456", "identifier": null, "id": 5830, "name": "Priya Nair", "thumbnail": "", "blocked": false, "type": "contact"}, "assignee": null, "assignee_type": null, "team": null, "hmac_verified": false}, "status": "resolved", "custom_attributes": {}, "snoozed_until": null, "unread_count": 1, "first_reply_created_at": null, "priority": null, "waiting_since": 1781774261, "last_activity_at": 1781774261, "timestamp": 1781774261, "created_at": 1781773961, "updated_at": 1781774261.0, "account": {"id": 3, "name": "Acme Support"}, "event": "conversation_status_changed", "changed_attributes": null}','superseded','Delivery 8 brought a newer state.',NULL,'null',0,NULL,NULL,1.79576562552101159095e+09,NULL,NULL,0,NULL);
INSERT INTO "deliveries" VALUES(8,1,'499b814b-7df5-4d1f-ae49-bfd2f56dd11d','b93be106694f6372cb5fde34b361bc80b71853c68b85bb8e4a3245efaea0ed2c','conversation_updated','conversation_resolved',5830,731,1781774261.0,1.79576562551105666162e+09,'{"additional_attributes": {"referer": "https://shop.example.com/pricing"}, "can_reply": true, "channel": "Channel::WebWidget", "contact_inbox": {"id": 9731, "contact_id": 5830, "inbox_id": 12}, "id": 731, "inbox_id": 12, "messages": [{"id": 40731, "content": "Thank you & goodbye!", "account_id": 3, "inbox_id": 12, "conversation_id": 731, "message_type": 0, "created_at": 1781774261, "updated_at": "2026-06-18T09:17:41.000Z", "private": false, "status": "sent", "content_type": "text", "sender_type": "Contact", "sender_id": 5830, "sender": {"additional_attributes": {"created_at_ip": "203.0.113.24"}, "custom_attributes": {}, "email": "priya.nair@example.com", "phone_number": "+447700900456", "identifier": null, "id": 5830, "name": "Priya Nair", "thumbnail": "", "blocked": false, "type": "contact"}}], "labels": [], "meta": {"sender": {"additional_attributes": {"created_at_ip": "203.0.113.24"}, "custom_attributes": {}, "email": "priya.nair@example.com", "phone_number": "+447700900456", "identifier": null, "id": 5830, "name": "Priya Nair", "thumbnail": "", "blocked": false, "type": "contact"}, "assignee": null, "assignee_type": null, "team": null, "hmac_verified": false}, "status": "resolved", "custom_attributes": {}, "snoozed_until": null, "unread_count": 1, "first_reply_created_at": null, "priority": null, "waiting_since": 1781774261, "last_activity_at": 1781774261, "timestamp": 1781774261, "created_at": 1781773961, "updated_at": 1781774261.0, "account": {"id": 3, "name": "Acme Support"}, "event": "conversation_updated", "changed_attributes": [{"status": {"previous_value": "open", "current_value": "resolved"}}]}','applied',NULL,NULL,'{"changes": [{"kind": "activity", "action": "updated", "remote_id": "27", "note": ""}], "calls": [{"method": "PUT", "path": "/api/v1/activities/27", "status": 200, "milliseconds": 1}]}',1,NULL,NULL,1.79576562552101159095e+09,NULL,NULL,0,NULL);
CREATE TABLE failures (
	"key" VARCHAR(320) NOT NULL, 
	count BIGINT NOT NULL, 
	since FLOAT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE hours (
	connection_id BIGINT NOT NULL, 
	what VARCHAR(16) NOT NULL, 
	hour BIGINT NOT NULL, 
	count BIGINT NOT NULL, 
	calls BIGINT NOT NULL, 
	waited FLOAT NOT NULL, 
	longest FLOAT NOT NULL, 
	last_at FLOAT NOT NULL, 
	PRIMARY KEY (connection_id, what, hour)
);
INSERT INTO "hours" VALUES(1,'received',498823,8,0,0.0,0.0,1.79576562551105666162e+09);
INSERT INTO "hours" VALUES(1,'applied',498823,5,9,1.29669904708862304687e+00,3.32304716110229492187e-01,1.79576562552101159095e+09);
INSERT INTO "hours" VALUES(1,'superseded',498823,2,0,3.3257770538330078125e-01,3.19512844085693359375e-01,1.79576562552101159095e+09);
INSERT INTO "hours" VALUES(1,'unchanged',498823,1,0,9.206295013427734375e-03,9.206295013427734375e-03,1.79576562548999190327e+09);
INSERT INTO "hours" VALUES(1,'bad_signature',498823,1,0,0.0,0.0,1.7957656255410075187e+09);
CREATE TABLE identities (
	digest VARCHAR(64) NOT NULL, 
	connection_id BIGINT NOT NULL, 
	contact_id BIGINT NOT NULL, 
	until FLOAT NOT NULL, 
	PRIMARY KEY (digest)
);
CREATE TABLE intents (
	connection_id BIGINT NOT NULL, 
	record VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	since FLOAT NOT NULL, 
	PRIMARY KEY (connection_id, record, kind)
);
CREATE TABLE invitations (
	digest VARCHAR(64) NOT NULL, 
	email VARCHAR(255), 
	role VARCHAR(16) NOT NULL, 
	expires_at FLOAT NOT NULL, 
	PRIMARY KEY (digest)
);
CREATE TABLE lanes (
	connection_id BIGINT NOT NULL, 
	contact_id BIGINT NOT NULL, 
	due_at FLOAT, 
	background BOOLEAN NOT NULL, 
	rung_at FLOAT, 
	taken_at FLOAT, 
	fence BIGINT NOT NULL, 
	PRIMARY KEY (connection_id, contact_id)
);
INSERT INTO "lanes" VALUES(1,5821,NULL,1,NULL,NULL,2);
INSERT INTO "lanes" VALUES(1,5830,NULL,1,NULL,NULL,2);
INSERT INTO "lanes" VALUES(1,5840,NULL,1,NULL,NULL,1);
CREATE TABLE links (
	connection_id BIGINT NOT NULL, 
	record VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	remote_id VARCHAR(255) NOT NULL, 
	written JSON NOT NULL, 
	updated_at FLOAT NOT NULL, 
	PRIMARY KEY (connection_id, record, kind)
);
INSERT INTO "links" VALUES(1,'contact:5821','lead','1','{"title": "Jane Doe", "description": "", "value": "0", "attributes": {}, "seen": {"title": "Jane Doe", "description": "", "value": "0", "attributes": {}}, "said": {"name": "Jane Doe", "email": "jane.doe@example.com", "phone": "+447700900123", "company": "Globex Ltd"}, "number": 1, "owned": false, "lone": false}',1.79576562479999351498e+09);
INSERT INTO "links" VALUES(1,'contact:5821','person','1','{"name": "Jane Doe", "email": "jane.doe@example.com", "phone": "+447700900123", "organization": "Globex Ltd", "address": {"city": "London"}}',1.79576562479999351498e+09);
INSERT INTO "links" VALUES(1,'contact:5821','organization','1','{}',1.79576562479999351498e+09);
INSERT INTO "links" VALUES(1,'contact:5830','lead','2','{"title": "Priya Nair", "description": "", "value": "0", "attributes": {}, "seen": {"title": "Priya Nair", "description": "", "value": "0", "attributes": {}}, "said": {"name": "Priya Nair", "email": "priya.nair@example.com", "phone": "+447700900456", "company": ""}, "number": 1, "owned": false, "lone": false}',1.79576562512600278859e+09);
INSERT INTO "links" VALUES(1,'contact:5830','person','2','{"name": "Priya Nair", "email": "priya.nair@example.com", "phone": "+447700900456"}',1.79576562512600278859e+09);
INSERT INTO "links" VALUES(1,'conversation:731','activity','27','{"digest": "1ad4dd5ce99cc8f2078e4fb5b5e3055e1aee6749a1e93ddb504adbd943298fd4", "type": "note", "done": false, "messages": [{"id": 40731, "content": "Thank you & goodbye!", "sender": "Priya Nair", "created_at": "2026-06-18T09:17:41Z"}], "earlier": 0}',1.79576562552101159095e+09);
INSERT INTO "links" VALUES(1,'contact:5840','lead','3','{"title": "Jo\u00e3o Silva", "description": "", "value": "0", "attributes": {}, "seen": {"title": "Jo\u00e3o Silva", "description": "", "value": "0", "attributes": {}}, "said": {"name": "Jo\u00e3o Silva", "email": "", "phone": "+5511955550123", "company": ""}, "number": 1, "owned": false, "lone": false}',1.79576562546500706667e+09);
INSERT INTO "links" VALUES(1,'contact:5840','person','3','{"name": "Jo\u00e3o Silva", "phone": "+5511955550123"}',1.79576562546500706667e+09);
CREATE TABLE notices (
	"key" VARCHAR(64) NOT NULL, 
	count BIGINT NOT NULL, 
	told_at FLOAT NOT NULL, 
	over BOOLEAN NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE pulse (
	id INTEGER NOT NULL, 
	name VARCHAR(16) NOT NULL, 
	count BIGINT NOT NULL, 
	beat_at FLOAT NOT NULL, 
	doubt_at FLOAT, 
	PRIMARY KEY (id)
);
INSERT INTO "pulse" VALUES(1,'cc72b50bb64c6bb8',1,1.79576562428601527211e+09,NULL);
CREATE TABLE reconciliations (
	connection_id BIGINT NOT NULL, 
	scope VARCHAR(16) NOT NULL, 
	due_at FLOAT, 
	finished_at FLOAT, 
	found JSON, 
	problem TEXT, 
	fix TEXT, 
	PRIMARY KEY (connection_id, scope)
);
CREATE TABLE sessions (
	digest VARCHAR(64) NOT NULL, 
	user_id BIGINT NOT NULL, 
	created_at FLOAT NOT NULL, 
	seen_at FLOAT NOT NULL, 
	message TEXT, 
	PRIMARY KEY (digest)
);
CREATE TABLE tokens (
	connection_id BIGINT NOT NULL, 
	sealed TEXT NOT NULL, 
	good_until FLOAT NOT NULL, 
	PRIMARY KEY (connection_id)
);
CREATE TABLE users (
	id INTEGER NOT NULL, 
	email VARCHAR(255) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	password TEXT NOT NULL, 
	created_at FLOAT NOT NULL, 
	seen_at FLOAT, 
	PRIMARY KEY (id), 
	UNIQUE (email)
);
CREATE TABLE versions (
	connection_id BIGINT NOT NULL, 
	record VARCHAR(64) NOT NULL, 
	version FLOAT NOT NULL, 
	PRIMARY KEY (connection_id, record)
);
INSERT INTO "versions" VALUES(1,'contact:5821',1781774081.0);
INSERT INTO "versions" VALUES(1,'contact:5830',1781773962.0);
INSERT INTO "versions" VALUES(1,'contact:5840',0.0);
INSERT INTO "versions" VALUES(1,'conversation:731',1781774261.0);
INSERT INTO "versions" VALUES(1,'conversation:731:status',1781774261.0);
CREATE TABLE watermarks (
	connection_id BIGINT NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	moment FLOAT NOT NULL, 
	PRIMARY KEY (connection_id, name)
);
CREATE UNIQUE INDEX one_live_delivery_per_uid ON deliveries (connection_id, contact_id, uid) WHERE state <> 'dead';
CREATE INDEX finished_payloads ON deliveries (finished_at) WHERE body <> '';
CREATE INDEX ignored_deliveries_by_lane ON deliveries (connection_id, contact_id) WHERE state = 'ignored';
CREATE INDEX deliveries_of_conversation ON deliveries (conversation_id, connection_id, id) WHERE conversation_id IS NOT NULL;
CREATE INDEX deliveries_by_state ON deliveries (state, kind, id);
CREATE INDEX dead_deliveries_by_cause ON deliveries (connection_id, cause, id) WHERE cause IS NOT NULL;
CREATE INDEX pending_deliveries_by_lane ON deliveries (connection_id, contact_id, id) WHERE state = 'pending';
CREATE INDEX deliveries_of_contact ON deliveries (contact_id, connection_id, id);
CREATE INDEX deliveries_by_kind ON deliveries (connection_id, state, kind, id);
CREATE INDEX lanes_in_turn ON lanes (connection_id, background, due_at) WHERE due_at IS NOT NULL AND taken_at IS NULL;
CREATE INDEX rung_lanes ON lanes (connection_id) WHERE rung_at IS NOT NULL;
CREATE INDEX taken_lanes ON lanes (taken_at) WHERE taken_at IS NOT NULL;
CREATE INDEX links_by_remote_id ON links (remote_id, connection_id, kind);
CREATE INDEX backfills_by_connection ON backfills (connection_id, id);
CREATE INDEX refused_hours ON hours (hour, connection_id) WHERE what IN ('bad_signature', 'reserialised', 'body_only', 'old_timestamp', 'no_secret', 'unsigned');
CREATE INDEX contacts_by_age ON contacts (seen_at);
CREATE INDEX contacts_without_words ON contacts (connection_id, contact_id) WHERE findable IS 0;
CREATE INDEX words_of_contact ON contact_words (connection_id, contact_id, word);
CREATE INDEX attempts_by_age ON attempts (at);
CREATE INDEX attempts_of_delivery ON attempts (delivery_id, id);
CREATE INDEX attempts_of_contact ON attempts (connection_id, contact_id);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);
COMMIT;

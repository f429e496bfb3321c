entity leads {
  key leadid              : UUID;
      subject             : String(300);
      firstname           : String(50);
      lastname            : String(50);
      fullname            : String(160);
      companyname         : String(100);
      jobtitle            : String(100);
      emailaddress1       : String(100);
      telephone1          : String(50);
      mobilephone         : String(20);
      websiteurl          : String(200);
      address1_line1      : String(250);
      address1_city       : String(80);
      address1_postalcode : String(20);
      revenue             : Decimal(19, 4);
      numberofemployees   : Integer;
      statecode           : Integer;
      statuscode          : Integer;
      createdon           : Timestamp @cds.on.insert: $now;
      modifiedon          : Timestamp @cds.on.insert: $now  @cds.on.update: $now;
      description         : LargeString;
      ownerid             : UUID;
}
